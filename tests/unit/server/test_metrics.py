from collections import Counter
from pathlib import Path

import pytest
import trustme
from prometheus_client.parser import text_string_to_metric_families

from hooks.facts import Facts
from hooks.server.calls import Call
from hooks.server.failures import Failure
from hooks.server.metrics import MOST_KINDS, Metrics
from hooks.server.settings import Settings

DOCUMENTATION = Path("docs/metrics.md").read_text(encoding="utf-8")


@pytest.fixture(name="metrics")
def _metrics() -> Metrics:
    return Metrics(Settings(facts=Facts(operator_version="1.2.3"), threads=4))


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    """Return the value of a sample."""
    return metrics.registry.get_sample_value(name, labels)


def test_a_call_is_counted_by_hook_and_status(metrics: Metrics) -> None:
    metrics.observe(Call("sync"))
    metrics.observe(Call("sync"))

    assert value(metrics, "instana_hooks_calls_total", hook="sync", status="200") == 2


def test_time_and_sizes_are_measured(metrics: Metrics) -> None:
    metrics.observe(Call("sync", seconds=0.002, bytes_in=5000, bytes_out=3000))

    bucket = {"hook": "sync", "le": "0.0025"}
    assert value(metrics, "instana_hooks_call_seconds_bucket", **bucket) == 1
    assert value(metrics, "instana_hooks_request_bytes_sum", hook="sync") == 5000
    assert value(metrics, "instana_hooks_response_bytes_sum", hook="sync") == 3000


def test_children_are_counted_by_kind(metrics: Metrics) -> None:
    metrics.observe(Call("sync", children=Counter({"Secret": 3})))

    assert value(metrics, "instana_hooks_children_total", hook="sync", kind="Secret") == 3


def test_kinds_are_bounded(metrics: Metrics) -> None:
    kinds = {f"Kind{number}": 1 for number in range(MOST_KINDS + 10)}
    metrics.observe(Call("sync", children=Counter(kinds)))

    assert value(metrics, "instana_hooks_children_total", hook="sync", kind="other") == 10


def test_an_answer_without_children_is_counted_where_children_are_made(metrics: Metrics) -> None:
    metrics.observe(Call("sync", makes_children=True))
    metrics.observe(Call("customize"))

    name = "instana_hooks_childless_answers_total"
    assert value(metrics, name, hook="sync") == 1
    assert value(metrics, name, hook="customize") is None


@pytest.mark.parametrize(
    ("reason", "error_type"),
    [("InvalidSpec", "invalid_resource"), ("ReferenceMissing", "missing_reference")],
)
def test_an_error_told_in_the_status_is_counted_by_type(
    metrics: Metrics, reason: str, error_type: str
) -> None:
    call = Call("sync")
    failed = {"type": "Ready", "status": "False", "reason": reason}
    call.answered({"children": [], "status": {"conditions": [failed, failed]}})
    metrics.observe(call)

    assert value(metrics, "instana_hooks_errors_total", type=error_type) == 1


def test_an_invalid_resource_is_counted_by_rule(metrics: Metrics) -> None:
    call = Call("sync")
    message = "spec.agent.mode: must be APM (rule mode); spec.a: b (rule unheard-of)"
    failed = {"type": "Valid", "status": "False", "reason": "InvalidSpec", "message": message}
    call.answered({"children": [], "status": {"conditions": [failed, {**failed, "type": "Ready"}]}})
    metrics.observe(call)

    assert call.log_fields()["rules"] == ["mode"]
    assert value(metrics, "instana_hooks_rules_broken_total", rule="mode") == 1
    assert value(metrics, "instana_hooks_rules_broken_total", rule="unheard-of") is None


def test_an_error_is_counted_by_type_and_is_no_answer(metrics: Metrics) -> None:
    call = Call("sync", makes_children=True)
    call.failed(Failure("internal", 500, "internal error"))
    metrics.observe(call)

    assert value(metrics, "instana_hooks_errors_total", type="internal") == 1
    assert value(metrics, "instana_hooks_calls_total", hook="sync", status="500") == 1
    assert value(metrics, "instana_hooks_childless_answers_total", hook="sync") is None
    assert value(metrics, "instana_hooks_last_answer_timestamp_seconds", hook="sync") is None


def test_an_answer_that_the_caller_has_is_one_of_unknown_children(metrics: Metrics) -> None:
    call = Call("sync", makes_children=True)
    call.unchanged()
    metrics.observe(call)

    assert value(metrics, "instana_hooks_calls_total", hook="sync", status="304") == 1
    assert value(metrics, "instana_hooks_last_answer_timestamp_seconds", hook="sync")
    assert value(metrics, "instana_hooks_childless_answers_total", hook="sync") is None
    assert value(metrics, "instana_hooks_response_bytes_count", hook="sync") is None


def test_what_reached_no_hook_is_counted_as_other(metrics: Metrics) -> None:
    metrics.rejected(404, "not_found")

    assert value(metrics, "instana_hooks_calls_total", hook="other", status="404") == 1
    assert value(metrics, "instana_hooks_errors_total", type="not_found") == 1


def test_what_is_running_is_told(metrics: Metrics) -> None:
    text = metrics.exposition().decode()

    assert 'instana_hooks_build_info{docs="docs",python="3.' in text
    assert 'version="1.2.3"' in text
    assert value(metrics, "instana_hooks_threads") == 4


def test_each_application_has_metrics_of_its_own(metrics: Metrics) -> None:
    metrics.observe(Call("sync"))

    assert (
        value(Metrics(Settings()), "instana_hooks_calls_total", hook="sync", status="200") is None
    )


def test_every_metric_is_documented(tmp_path: Path) -> None:
    certificate = tmp_path / "tls.crt"
    trustme.CA().cert_pem.write_to_path(certificate)
    metrics = Metrics(Settings(tls_cert_file=str(certificate), tls_key_file="unused"))
    ours = [
        f"{family.name}{'_total' if family.type == 'counter' else ''}"
        for family in text_string_to_metric_families(metrics.exposition().decode())
        if family.name.startswith("instana_")
    ]

    assert len(ours) == 19
    assert [name for name in ours if f"| `{name}` |" not in DOCUMENTATION] == []
