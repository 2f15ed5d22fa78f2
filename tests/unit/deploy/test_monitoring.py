"""Alerts and dashboard ask for metrics that the service exposes, by labels that they have."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
import yaml
from prometheus_client.parser import text_string_to_metric_families

from hooks.errors import (
    HookError,
    InternalError,
    InvalidResource,
    MissingReference,
    UnreadableRequest,
)
from hooks.generate.monitoring import FAILING, alert_rules, dashboard
from hooks.kube.objects import Obj
from hooks.server.calls import Call
from hooks.server.failures import Failure
from hooks.server.metrics import Metrics
from hooks.server.overload import Overloaded
from hooks.server.seen_resources import State
from hooks.server.settings import Settings
from tests.support.kustomize import build, find, installation
from tests.support.pages import block
from tests.support.tools import needs

RUNBOOK = re.compile(r'{{ with query "([^"]*)" }}{{ \. \| first \| label "(\w+)" }}')
TARGET_LABELS = {"pod", "job"}
"""What Prometheus adds to every metric of a target."""

OF_PROMETHEUS = {"up"}
WORDS = re.compile(r"\b(?:instana|process|python)_\w+\b|\bup\b")
GROUPED = re.compile(r"\b(?:by|on) \(([^)]*)\)")
SELECTED = re.compile(r"(\w+)\{([^}]*)\}")
OPERATE = Path("docs/operate.md").read_text(encoding="utf-8")
RULES = alert_rules()["spec"]["groups"][0]["rules"]
PANELS = json.loads(dashboard())["panels"]
EXPRESSIONS = {each["alert"]: each["expr"] for each in RULES} | {
    f"{panel['title']} {target['refId']}": target["expr"]
    for panel in PANELS
    for target in panel["targets"]
}


@pytest.fixture(name="exposed", scope="module")
def _exposed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Return the labels of every metric of a service that has been through everything."""
    certificate = tmp_path_factory.mktemp("monitoring") / "tls.crt"
    trustme.CA().cert_pem.write_to_path(certificate)
    metrics = Metrics(Settings(tls_cert_file=str(certificate), tls_key_file="unused"))
    state = State(unready_agents=1, invalid=True, stalled=True, held=1)
    answered = Call("sync", resource="a/b", children=Counter({"Secret": 1}), rules=("mode",))
    answered.state = state
    metrics.observe(answered)
    refused = Call("sync")
    refused.failed(Failure("overloaded", 429, "later"))
    metrics.observe(refused)
    return {
        sample.name: set(sample.labels)
        for family in text_string_to_metric_families(metrics.exposition().decode())
        for sample in family.samples
    } | {name: {"job"} for name in OF_PROMETHEUS}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_every_metric_is_one_that_is_exposed(name: str, exposed: dict[str, set[str]]) -> None:
    asked = {*WORDS.findall(EXPRESSIONS[name])}

    assert asked
    assert asked <= exposed.keys()


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_every_label_is_one_that_the_metrics_have(name: str, exposed: dict[str, set[str]]) -> None:
    expression = EXPRESSIONS[name]
    labels = set[str]().union(*(exposed[each] for each in WORDS.findall(expression)))
    grouped = {each.strip() for found in GROUPED.findall(expression) for each in found.split(",")}
    for metric, selectors in SELECTED.findall(expression):
        asked = {re.split(r"[=!]", each)[0] for each in selectors.split(",")}
        assert asked <= exposed[metric] | TARGET_LABELS

    assert grouped <= labels
    assert expression.count("(") == expression.count(")")


@pytest.mark.parametrize(
    "target", [each for panel in PANELS for each in panel["targets"]], ids=lambda each: each["expr"]
)
def test_a_legend_names_labels_that_are_left(target: Obj) -> None:
    named = {*re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])}
    left = {each.strip() for found in GROUPED.findall(target["expr"]) for each in found.split(",")}

    assert named <= left | TARGET_LABELS


def test_panels_do_not_overlap_and_have_a_source() -> None:
    places = [tuple(each["gridPos"].values()) for each in PANELS]

    assert len({*places}) == len(places) == len({each["id"] for each in PANELS})
    assert {each["datasource"]["uid"] for each in PANELS} == {"${datasource}"}


@pytest.mark.parametrize("metric", ["unready_agents", "invalid", "stalled", "held_rollouts"])
def test_every_metric_of_resources_has_an_alert_and_a_panel(metric: str) -> None:
    asking = [name for name, each in EXPRESSIONS.items() if f"resource_{metric}" in each]

    assert any(name.startswith("Instana") for name in asking)
    assert any(not name.startswith("Instana") for name in asking)


@pytest.mark.parametrize(
    ("error", "is_failure"),
    [
        (InvalidResource, False),
        (MissingReference, False),
        (Overloaded, False),
        (InternalError, True),
        (UnreadableRequest, True),
    ],
)
def test_what_is_told_in_the_status_is_no_failure_of_the_service(
    error: type[HookError],
    is_failure: bool,  # noqa: FBT001
) -> None:
    (excluded,) = re.findall(r'instana_hooks_errors_total\{type!~"([^"]+)"', FAILING)

    assert (re.fullmatch(excluded, error.type) is None) is is_failure


@pytest.mark.parametrize("rule", RULES, ids=lambda each: each["alert"])
def test_an_alert_leads_to_its_page(rule: Obj, exposed: dict[str, set[str]]) -> None:
    """By a URL that the service exposes; without one by the page's place in the repository."""
    found = RUNBOOK.match(rule["annotations"]["runbook_url"])

    assert found
    (metric,) = WORDS.findall(found[1])
    assert found[2] in exposed[metric]
    rest = rule["annotations"]["runbook_url"][found.end() :]
    assert rest == "{{ else }}docs{{ end }}/operate.md#alerts"
    assert "\n### Alerts\n" in OPERATE


def test_every_alert_is_explained() -> None:
    explained = re.findall(r"^\| `(Instana\w+)` \|", OPERATE, re.MULTILINE)

    assert sorted(each["alert"] for each in RULES) == sorted(explained)


def _values(part: object) -> Iterator[object]:
    yield part
    inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    for each in inside:
        yield from _values(each)


@needs("kubectl")
@needs("openssl")
def test_the_service_is_scraped_by_its_port_name_and_authority(place: Path) -> None:
    objects = build(installation(place, "self-signed", "deploy/components/monitoring"))
    monitor = find(objects, "ServiceMonitor", "instana-agent-hooks")["spec"]
    service = find(objects, "Service", "instana-agent-hooks")
    (endpoint,) = monitor["endpoints"]
    authority = endpoint["tlsConfig"]["ca"]["secret"]

    assert monitor["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert endpoint["port"] in [each["name"] for each in service["spec"]["ports"]]
    assert authority["key"] in find(objects, "Secret", authority["name"])["data"]
    assert service["metadata"]["labels"][monitor["jobLabel"]] == "instana-agent-hooks"
    board = find(objects, "ConfigMap", "instana-agent-hooks-dashboard")
    assert board["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert json.loads(board["data"]["dashboard.json"])["panels"] == PANELS
    assert find(objects, "PrometheusRule", "instana-agent-hooks") == alert_rules()


@needs("kubectl")
@needs("openssl")
def test_on_openshift_the_authority_is_its_own(place: Path) -> None:
    parts = ("deploy/components/monitoring", "deploy/components/monitoring-openshift")
    objects = build(installation(place, "openshift", *parts))
    (endpoint,) = find(objects, "ServiceMonitor", "instana-agent-hooks")["spec"]["endpoints"]
    authority = endpoint["tlsConfig"]["ca"]

    assert authority == {"configMap": {"name": "instana-agent-hooks-ca", "key": "service-ca.crt"}}
    assert find(objects, "ConfigMap", authority["configMap"]["name"])
    assert "ca.crt" not in [*_values(endpoint)]


def test_monitors_of_both_kinds_give_the_job_of_the_alerts() -> None:
    service = yaml.safe_load(Path("deploy/components/monitoring/service-monitor.yaml").read_text())
    pods = yaml.safe_load(block("install.md", "yaml", "kind: PodMonitor"))

    assert pods["spec"]["jobLabel"] == service["spec"]["jobLabel"]
