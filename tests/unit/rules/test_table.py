"""Each rule finds its bad example and nothing in its good one; what works is never refused."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from pydantic.alias_generators import to_camel

from hooks.errors import Problem
from hooks.kube.objects import Obj
from hooks.models.agent import AgentSpec
from hooks.rules import (
    BY_IDENTIFIER,
    TABLE,
    Layer,
    Rule,
    Severity,
    errors_of,
    parse_agent,
    rules_named_in,
    warnings_of,
)
from hooks.rules.connection import VALUES
from hooks.rules.patterns import HOST
from hooks.rules.pod_additions import FURTHER_VOLUMES, VOLUMES
from hooks.rules.pod_scheduling import RESERVED
from hooks.rules.rule import Place, few_texts, full
from hooks.rules.variables import OF_EVERY_AGENT
from hooks.rules.zones import MODES
from tests.support.bounds import at
from tests.support.files import document_in, loaded
from tests.support.hook import FACTS, answer, conditions, pod, stored
from tests.support.resources import agent, secret
from tests.support.rules import FURTHER_WARNINGS, WITH_EXAMPLES, example
from tests.support.verdicts import is_of_the_schema

GO_OPERATOR = sorted(Path("tests/fixtures/go-operator").glob("*/input.yaml"))
OF_CHILDREN = [rule for rule in WITH_EXAMPLES if rule.find is None and Layer.SERVICE in rule.layers]
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
NAME_OF_LABEL = (
    "must be the name of a label: at most 63 letters, digits, '-', '_' and '.', after an "
    "optional domain in lower case and '/'"
)
NAME_OF_OBJECT = (
    "must be at most 253 lower case letters, digits, '-' and '.', with a letter or digit at both "
    "ends"
)
NO_RESOURCE = (
    "is not a resource of a container: use cpu, memory, ephemeral-storage, huge pages such as "
    "hugepages-2Mi, or an extended resource with a domain such as example.com/gpu"
)
FIELDS_OF_PODS = (
    "must be one of metadata.name, metadata.namespace, metadata.uid, spec.nodeName, "
    "spec.serviceAccountName, status.hostIP, status.hostIPs, status.podIP, status.podIPs, "
    "metadata.labels['name'] or metadata.annotations['name']: did you mean spec.nodeName?"
)
OF_POD_PARTS = {
    "affinity": (
        (
            f"spec.agent.pod.affinity.nodeAffinity.{REQUIRED}.nodeSelectorTerms[0]"
            ".matchExpressions[0].operator"
        ),
        "must be In, NotIn, Exists, DoesNotExist, Gt or Lt: did you mean In?",
    ),
    "annotation-value": (
        "spec.agent.pod.annotations[controller.kubernetes.io/pod-deletion-cost]",
        "must be a 32-bit integer",
    ),
    "container-resource": (
        "spec.agent.pod.limits[example.com/gpu]",
        (
            "is required: set it to the same value as the request, because this resource cannot be "
            "overcommitted"
        ),
    ),
    "container-resource-name": (
        "spec.agent.pod.requests[gpu]",
        NO_RESOURCE,
    ),
    "mount-field": (
        "spec.agent.pod.volumeMounts[0].subPath",
        "must be a relative path: without a leading '/' and without '..'",
    ),
    "priority-class": (
        "spec.agent.pod.priorityClassName",
        NAME_OF_OBJECT,
    ),
    "probe-handler": (
        "spec.agent.pod.livenessProbe.httpGet.scheme",
        "must be HTTP or HTTPS: did you mean HTTPS?",
    ),
    "pull-secret-name": (
        "spec.agent.image.pullSecrets[0].name",
        NAME_OF_OBJECT,
    ),
    "sensor-mount-field": (
        "spec.k8s_sensor.deployment.pod.volumeMounts[0].mountPropagation",
        "must be None or HostToContainer",
    ),
    "toleration-name": (
        "spec.agent.pod.tolerations[0].key",
        NAME_OF_LABEL,
    ),
    "topology-spread-field": (
        "spec.k8s_sensor.deployment.pod.topologySpreadConstraints[0].nodeTaintsPolicy",
        "must be Honor or Ignore: did you mean Honor?",
    ),
    "variable-file": (
        "spec.agent.pod.env[0].valueFrom.fileKeyRef.volumeName",
        "must be a volume with an emptyDir",
    ),
    "variable-source": (
        "spec.agent.pod.env[0].valueFrom.fieldRef.fieldPath",
        FIELDS_OF_PODS,
    ),
    "variable-sources": (
        "spec.agent.pod.env[0].valueFrom",
        (
            "must have exactly one of fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, "
            "fileKeyRef"
        ),
    ),
    "volume-source": (
        "spec.agent.pod.volumes[0].hostPath.type",
        (
            "must be DirectoryOrCreate, Directory, FileOrCreate, File, Socket, CharDevice or "
            "BlockDevice: did you mean Directory?"
        ),
    ),
    "volume-sources": (
        "spec.agent.pod.volumes[0]",
        "must not have emptyDir and hostPath together: remove all but one",
    ),
}
"""What is blamed of parts of pods, and what is said of it: each place has a message of its own."""

SAID = {
    "amount-unit": 'is less than 1Mi: a number without a unit is in bytes, so add a unit ("512Mi")',
    "port-taken": "is already the port of the agent's own API (always 42699): choose another port",
    "pull-policy": "must be Always, IfNotPresent or Never: did you mean Always?",
    "configuration-yaml-repeated": (
        "repeats a key in line 3: some YAML parsers use the last one, others fail, so merge "
        "them into one"
    ),
    "variable-reserved": (
        "is set by the service itself, so this variable has no effect: remove it (a variable in "
        "spec.agent.pod.env takes precedence)"
    ),
    "variable-over-field": (
        "takes precedence over spec.zone.name, which has no effect there: remove one of them"
    ),
    **{identifier: said for identifier, (_, said) in OF_POD_PARTS.items()},
}
"""What is said of a bad example instead of the rule's message."""

BLAMED = {
    "too-many": "spec.agent.pod.annotations",
    "too-long": "spec.agent.pod.env[0].value",
    "zone-repeated": "spec.zones[1].name",
    "zones-overlap": "spec.zones[1].affinity",
    "backend-key": "spec.agent.additionalBackends[0].key",
    "backend-repeated": "spec.agent.additionalBackends[1]",
    "proxy-host-missing": "spec.agent.proxyPort",
    "opentelemetry-port": "spec.opentelemetry.grpc.port",
    "port-taken": "spec.opentelemetry.http.port",
    "tls-pair": "spec.agent.tls.key",
    "pull-secret-repeated": "spec.agent.image.pullSecrets[1].name",
    "update-count": "spec.agent.updateStrategy.rollingUpdate.maxUnavailable",
    "negative-amount": "spec.agent.pod.requests[cpu]",
    "amount-unit": "spec.agent.pod.requests[memory]",
    "limit-below-request": "spec.agent.pod.limits[memory]",
    "label-value": "spec.agent.pod.labels[owner]",
    "label-name": "spec.agent.pod.labels[the owner]",
    "annotation-name": "spec.agent.pod.annotations[the note]",
    "label-reserved": "spec.agent.pod.labels[app.kubernetes.io/name]",
    "node-selector-os": "spec.agent.pod.nodeSelector[kubernetes.io/os]",
    "node-affinity-os": "spec.agent.pod.affinity.nodeAffinity."
    "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0]",
    "override-os": "spec.overrides.agentDaemonSet.spec.template.spec.nodeSelector"
    "[kubernetes.io/os]",
    "variable-name": "spec.agent.env[1 BAD=NAME]",
    "variable-value": "spec.agent.pod.env[0].valueFrom",
    "variable-repeated": "spec.agent.pod.env[1].name",
    "variable-reserved": "spec.agent.env[POD_IP]",
    "variable-over-field": "spec.agent.pod.env[0].name",
    "variable-overridden": "spec.agent.env[X]",
    "volume-repeated": "spec.agent.pod.volumes[1].name",
    "mount-without-volume": "spec.agent.pod.volumeMounts[0].name",
    "mount-path-repeated": "spec.agent.pod.volumeMounts[1].mountPath",
    "sensor-mount-without-volume": "spec.k8s_sensor.deployment.pod.volumeMounts[0].name",
    "sensor-update-count": "spec.k8s_sensor.deployment.strategy.rollingUpdate.maxUnavailable",
    "topology-spread-repeated": "spec.k8s_sensor.deployment.pod.topologySpreadConstraints[1]",
    "restricted-volume": "spec.k8s_sensor.deployment.pod.volumes[0]",
    "network-policy-port": "spec.networkPolicy.sensorPorts[0]",
    "override-identity": "spec.overrides.agentDaemonSet.metadata.name",
    "override-field": "spec.overrides.agentDaemonSet.spec.template.spec.containers[0]"
    ".terminationGracePeriodSeconds",
    "override-type": "spec.overrides.agentDaemonSet.spec.template.spec.containers[0].env[0].value",
    "override-directive": "spec.overrides.agentDaemonSet.spec.template.spec.containers[0].env[0]",
    "value-and-reference": "spec.agent.downloadKey",
    "tls-value-and-reference": "spec.agent.tls.key",
    "mirror-url-missing": "spec.agent.agentReleaseRepoMirrorUsername",
    "opentelemetry-off": "spec.opentelemetry.grpc.port",
    "quantity": "spec.agent.pod.limits[memory]",
    "annotation-size": "spec.agent.pod.annotations",
    **{identifier: place for identifier, (place, _) in OF_POD_PARTS.items()},
}
"""What is blamed in bad examples by the service, where the API server can only blame more."""

IDENTIFIER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
AGENT, SENSOR = "DaemonSet/instana-agent", "Deployment/instana-agent-k8sensor"


def found_by(rule: Rule, resource: Obj) -> tuple[Problem, ...]:
    """Return what errors or warnings there are, whichever the rule is about."""
    return errors_of(resource) if rule.is_error else warnings_of(resource)


@pytest.mark.parametrize("rule", TABLE, ids=lambda rule: rule.identifier)
def test_rule_is_fully_said(rule: Rule) -> None:
    assert IDENTIFIER.fullmatch(rule.identifier)
    assert rule.places
    assert rule.message
    assert rule.layers
    assert [known.identifier for known in TABLE].count(rule.identifier) == 1


def test_no_rule_goes_missing() -> None:
    page = Path("docs/validation.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^\| `([a-z0-9-]+)` \|", page, re.MULTILINE)) == {*BY_IDENTIFIER}
    assert set(re.findall(r"^- \*\*(\w+)\*\*: ", page, re.MULTILINE)) == {*Layer}


@pytest.mark.parametrize("rule", TABLE, ids=lambda rule: rule.identifier)
def test_a_rule_is_about_the_fields_that_the_page_names(rule: Rule) -> None:
    page = Path("docs/validation.md").read_text(encoding="utf-8")
    (row,) = re.findall(rf"^\| `{rule.identifier}` \| ([^|]*) \|", page, re.MULTILINE)

    assert tuple(re.findall(r"`([^`]+)`", row)) == rule.paths


def identifiers(is_so: Callable[[Rule], bool]) -> set[str]:
    return {rule.identifier for rule in TABLE if is_so(rule)}


def test_only_python_checks_what_cel_cannot_express() -> None:
    of_overrides = {"directive", "field", "identity", "os", "result", "type"}
    of_children = {"volume-missing", "volume-taken", "mount-path-taken", "child-repeated"}

    assert identifiers(lambda rule: rule.layers[0] in {Layer.WEBHOOK, Layer.SERVICE}) == {
        *(f"override-{suffix}" for suffix in of_overrides),
        *of_children,
        *("answer-size", "configuration-size", "configuration-yaml-size"),
        *(f"configuration-yaml{suffix}" for suffix in ("", "-mapping", "-repeated")),
        "tls-key-of-certificate",
        *("object-of-installation", "object-overwritten"),
        *("zone-node-label", "zone-pod-label"),
        *("annotation-size", "annotation-value", "container-resource", "variable-file"),
    }


def test_only_what_costs_too_much_for_the_definition_is_left_to_policies() -> None:
    assert identifiers(lambda rule: rule.is_error and rule.layers[0] is Layer.POLICY) == {
        *("annotation-name", "label-name", "variable-name", "node-affinity-os"),
    }


def test_only_what_a_stored_resource_can_do_without_is_carried_out() -> None:
    missed = identifiers(lambda rule: rule.is_error and Layer.SERVICE not in rule.layers)

    assert missed == {
        *("backend-key", "configuration-yaml-mapping", "unknown-field", "served-version"),
    }


def test_few_rules_are_written_twice() -> None:
    assert identifiers(lambda rule: rule.is_written_twice) == {
        *("backend-repeated", "topology-spread-repeated", "zones-overlap"),
        *("certificate-duration", "certificate-renewal"),
        *("amount-unit", "limit-below-request", "negative-amount"),
        *("mount-without-volume", "sensor-mount-without-volume"),
        *("node-affinity-os", "port-taken"),
        *("container-resource-name", "variable-overridden"),
        *("variable-sources", "volume-sources"),
    }


def test_only_the_name_is_asked_for_on_creation_alone() -> None:
    assert identifiers(lambda rule: rule.on_create) == {"resource-name", "resource-name-digit"}


def test_only_what_other_objects_show_is_kept_from_the_webhook() -> None:
    hidden = identifiers(lambda rule: bool(rule.find) and Layer.WEBHOOK not in rule.layers)

    assert hidden == set()
    assert identifiers(lambda rule: rule.of_cluster) == {
        "nodes-shared",
        "object-of-installation",
        "object-overwritten",
    }


@pytest.mark.parametrize(
    "rule",
    [rule for rule in TABLE if few_texts(rule.schema)],
    ids=lambda rule: rule.identifier,
)
def test_the_value_that_was_meant_is_named(rule: Rule) -> None:
    assert rule.find
    meant = few_texts(rule.schema)[-1]
    (place,) = rule.find(meant.swapcase())

    assert isinstance(place, Place)
    assert place.message == f"{rule.message}: did you mean {meant}?"


OTHER_OWNERS = [
    ("http: {port: 4317}", ".http.port", "OTLP over gRPC (spec.opentelemetry.grpc.port, default"),
    ("grpc: {port: 4318}", ".grpc.port", "OTLP over HTTP (spec.opentelemetry.http.port, default"),
    ("grpc: {port: 55680}", ".grpc.port", "older senders of OTLP over gRPC (55680, while"),
    ("http: {port: 55680}", ".http.port", "older senders of OTLP over gRPC (55680, while"),
    ("http: {port: 42699}", ".http.port", "the agent's own API (always 42699)"),
]


@pytest.mark.parametrize(("written", "field", "owner"), OTHER_OWNERS)
def test_a_port_that_is_taken_names_who_has_it(written: str, field: str, owner: str) -> None:
    (found,) = errors_of(agent({"opentelemetry": yaml.safe_load(written)}))

    assert found.path == f"spec.opentelemetry{field}"
    assert found.message.startswith(f"is already the port of {owner}")


@pytest.mark.parametrize(
    "rule", [rule for rule in TABLE if rule.find], ids=lambda rule: rule.identifier
)
def test_bad_example_breaks_its_rule_and_no_other_one(rule: Rule) -> None:
    found = found_by(rule, example(rule, rule.bad))

    own = [problem for problem in found if problem.rule == rule.identifier]
    assert len(own) == 1
    assert own[0].message == SAID.get(rule.identifier, rule.message)
    if rule.identifier in BLAMED:
        assert own[0].path == BLAMED[rule.identifier]
    else:
        assert re.sub(r"\[\d+\]", "[]", own[0].path) in rule.paths
    if rule.is_error:
        assert [*found] == own


@pytest.mark.parametrize("rule", WITH_EXAMPLES, ids=lambda rule: rule.identifier)
def test_good_example_breaks_no_rule(rule: Rule) -> None:
    resource = example(rule, rule.good)

    assert errors_of(resource) == ()
    assert rule.identifier not in {problem.rule for problem in warnings_of(resource)}


@pytest.mark.parametrize("rule", OF_CHILDREN, ids=lambda rule: rule.identifier)
def test_bad_example_of_a_rule_on_children_is_found_in_them(rule: Rule) -> None:
    taken = secret("instana-agent-config", **{"tls.crt": "x", "tls.key": "y"})
    beside = replace(FACTS, installation_namespace="instana-agent")
    told = conditions(answer(example(rule, rule.bad), taken, facts=beside))["Valid"]
    fine = conditions(answer(example(rule, rule.good), taken, facts=beside))["Valid"]

    assert rules_named_in(told["message"]) == (rule.identifier,)
    assert fine["status"] == "True"


@pytest.mark.parametrize("file", GO_OPERATOR, ids=lambda file: file.parent.name)
def test_what_works_with_the_go_operator_is_not_refused(file: Path) -> None:
    assert errors_of(document_in(file)) == ()


def test_rules_that_are_applied_anyway_do_not_raise() -> None:
    backend = {"endpointHost": "second.example", "endpointPort": "443"}
    resource = agent({"agent": {"additionalBackends": [backend]}})

    assert [problem.rule for problem in errors_of(resource)] == ["backend-key"]
    assert parse_agent(resource).spec.agent.additional_backends


def test_agents_have_the_volumes_and_env_in_rules() -> None:
    made = pod(answer(agent()), AGENT)
    further = {"var-run-kubo", "var-run-containerd", "var-containerd-config", "instana-secrets"}

    assert {volume["name"] for volume in made["volumes"]} == {*VOLUMES, *further}
    assert further <= {*FURTHER_VOLUMES}
    assert {*OF_EVERY_AGENT} <= {variable["name"] for variable in made["containers"][0]["env"]}


@pytest.mark.parametrize("workload", [AGENT, SENSOR])
def test_every_pod_has_the_labels_that_are_reserved(workload: str) -> None:
    given = agent({"agent": {"pod": {"labels": dict.fromkeys(RESERVED, "mine")}}})
    kind, _, name = workload.partition("/")
    (made,) = (
        child
        for child in answer(given)["children"]
        if (child["kind"], child["metadata"]["name"]) == (kind, name)
    )

    labels = made["spec"]["template"]["metadata"]["labels"]
    assert {*RESERVED} <= {label for label, value in labels.items() if value != "mine"}


def test_an_invalid_resource_keeps_its_children_and_names_the_rule() -> None:
    observed = stored(answer(agent()))
    answered = answer(agent({"agent": {"mode": "FULL"}}), observed=observed)

    assert rules_named_in(conditions(answered)["Valid"]["message"]) == ("mode",)
    assert len(answered["children"]) == len(answer(agent())["children"])


def fields_without_effect(schema: Obj, path: str = "") -> Iterator[str]:
    """Yield the paths of the fields that are said to have none."""
    for name, field in schema.get("properties", {}).items():
        place = f"{path}.{name}".removeprefix(".")
        if field.get("description", "").startswith("No effect"):
            yield place
        else:
            yield from fields_without_effect(field, place)


def test_every_field_without_effect_earns_a_warning() -> None:
    (definition,) = loaded(Path("crd/agents.instana.io.yaml").read_text())
    schema = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    found = set(fields_without_effect(schema))
    warned = {path for rule in TABLE if not rule.is_error for path in rule.paths}

    assert len(found) == 5
    assert found <= warned


def test_every_value_with_a_reference_earns_a_warning_beside_it() -> None:
    fields = {*AgentSpec.model_fields}
    twins = {name for name in fields if f"{name}_secret_key_ref" in fields}

    assert {to_camel(name) for name in twins} == {*VALUES, "key"}


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_that_works_is_taken_and_named(mode: str) -> None:
    rule = BY_IDENTIFIER["mode"]

    assert errors_of(agent({"agent": {"mode": mode}, "zones": [{"name": "a", "mode": mode}]})) == ()
    assert mode in rule.message
    assert f"'{mode}'" in rule.cel


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("agent.updateStrategy.type", ["", "RollingUpdate", "OnDelete"]),
        ("agent.scheduling.tolerate", ["", "None", "ControlPlane", "All"]),
        ("agent.packageCache.type", ["", "None", "HostPath", "EmptyDir"]),
        ("k8s_sensor.deployment.strategy.type", ["", "RollingUpdate"]),
        ("k8s_sensor.securityProfile", ["", "Unrestricted", "Restricted"]),
        ("k8s_sensor.pollrate", ["", "10s"]),
        ("platform", ["", "Bottlerocket", "GKE", "Talos"]),
        ("podStatus", ["Enabled", "Disabled"]),
        ("rollout.policy", ["Automatic", "Manual"]),
        ("zone.automatic", ["", "Off", "PodLabel", "NodeLabel"]),
    ],
)
def test_every_choice_is_taken_by_schema_and_service(path: str, values: list[str]) -> None:
    chosen = [agent(at(path, value)) for value in values]

    assert [errors_of(resource) for resource in chosen] == [()] * len(values)
    assert all(map(is_of_the_schema, chosen))
    assert errors_of(agent(at(path, "Other")))
    assert not is_of_the_schema(agent(at(path, "Other")))


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("a" * 54, None),
        ("a" * 55, "resource-name"),
        ("a.b", "resource-name"),
        ("a-b", None),
        ("9-lives", "resource-name-digit"),
        ("nine-9-lives", None),
    ],
)
def test_services_can_be_named_after_the_resource(name: str, rule: str | None) -> None:
    found = {
        problem.rule for problem in (*errors_of(agent(name=name)), *warnings_of(agent(name=name)))
    }

    assert found - {"inline-key"} == ({rule} if rule else set())


@pytest.mark.parametrize(
    ("identifier", "spec", "fields"), FURTHER_WARNINGS, ids=[case[0] for case in FURTHER_WARNINGS]
)
def test_warning_names_the_fields_that_have_no_effect(
    identifier: str, spec: Obj, fields: set[str]
) -> None:
    resource = agent(spec)

    assert errors_of(resource) == ()
    assert {
        problem.path for problem in warnings_of(resource) if problem.rule == identifier
    } == fields


@pytest.mark.parametrize(
    "message", ["", "x (rule unheard-of)", "spec.a[(rule mode)]: x", "(rule )"]
)
def test_only_rules_of_the_table_are_found_in_a_message(message: str) -> None:
    assert rules_named_in(message) == ()


def test_rules_are_found_in_the_order_of_the_message() -> None:
    message = "spec.a: x (rule port); spec.b: y (rule mode); spec.c: z (rule port)"

    assert rules_named_in(message) == ("port", "mode")


@pytest.mark.parametrize(
    "host",
    ["a", "a.example", "10.0.0.1", "2001:db8::1", "[2001:db8::1]", "fe80::1%eth0", "under_score"],
)
def test_host_is_taken(host: str) -> None:
    assert full(HOST)(host)


@pytest.mark.parametrize(
    "host", ["https://a", "a:443", "a/b", "a b", "a\n", "u@a", "[::1", "[::1]:443", "a,b", ""]
)
def test_host_is_refused(host: str) -> None:
    assert not full(HOST)(host)


@pytest.mark.parametrize(
    ("spec", "rules"),
    [
        (
            {
                "agent": {
                    "pod": {"volumes": [{"name": ["x"], "hostPath": "/a"}, {}, {"name": None}]}
                }
            },
            {"volume-name"},
        ),
        (
            {"agent": {"pod": {"env": [{"name": {}, "valueFrom": 3}], "volumeMounts": [{}]}}},
            {"mount-path", "mount-without-volume", "pod-variable-name"},
        ),
        (
            {"agent": {"pod": {"tolerations": [{"operator": [], "tolerationSeconds": "x"}]}}},
            {"toleration"},
        ),
        ({"agent": {"pod": {"livenessProbe": {"exec": 3, "periodSeconds": "x"}}}}, {"probe"}),
        ({"agent": {"pod": {"limits": {"cpu": []}, "requests": {"cpu": None}}}}, {"quantity"}),
        (
            {
                "agent": {
                    "updateStrategy": {"rollingUpdate": {"maxSurge": [], "maxUnavailable": {}}}
                }
            },
            {"update-count", "update-pair"},
        ),
        ({"zones": [{"name": "a", "affinity": {"nodeAffinity": 3}}, None]}, {"field-type"}),
        (
            {"agent": {"tls": {"certificate": "=", "key": "=="}, "configuration_yaml": "*a"}},
            {"configuration-yaml", "tls-base64"},
        ),
        ({"agent": {"configuration_yaml": "a: !!int b\nc: 2001-99-99\nd: !!bool e"}}, set()),
        ({"agent": {"configuration_yaml": f"a: {'9' * 5000}\nb: !!timestamp c"}}, set()),
    ],
)
def test_odd_values_are_told_and_nothing_breaks(spec: Obj, rules: set[str]) -> None:
    resource = agent(spec)

    assert {problem.rule for problem in errors_of(resource)} == rules
    assert {problem.rule for problem in warnings_of(resource)} <= BY_IDENTIFIER.keys()


WARNINGS = {
    "account-annotations-unused",
    "amount-unit",
    "backend-repeated",
    "certificate-file-unused",
    "configuration-yaml-deprecated",
    "configuration-yaml-repeated",
    "digest-and-tag",
    "disruption-budget-unused",
    "feature-flags-unused",
    "image-latest",
    "inline-backend-key",
    "inline-download-key",
    "inline-key",
    "inline-proxy-password",
    "inline-release-mirror-password",
    "inline-shared-mirror-password",
    "inline-tls-key",
    "key-and-keys-secret",
    "kubernetes-unused",
    "label-reserved",
    "mirror-url-missing",
    "mode-kubernetes",
    "network-policy-off",
    "nodes-shared",
    "opentelemetry-off",
    "opentelemetry-switch",
    "pinned-chart-version-unused",
    "placeholder",
    "pod-security-policy-unused",
    "proxy-host-missing",
    "proxy-login",
    "proxy-protocol",
    "resource-name-digit",
    "rolling-update-unused",
    "service-mesh-unused",
    "service-wanted",
    "tls-secret-and-pair",
    "tls-value-and-reference",
    "toleration-comparison",
    "value-and-reference",
    "white-space",
    "variable-over-field",
    "variable-overridden",
    "variable-repeated",
    "variable-reserved",
    "zone-and-zones",
    "zones-overlap",
}
"""What works, and is most likely not what somebody wants: it refuses no resource."""


def test_these_rules_warn_and_all_others_refuse() -> None:
    assert {rule.identifier for rule in TABLE if rule.severity is Severity.WARNING} == WARNINGS
