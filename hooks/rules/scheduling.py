"""Rules on labels, annotations and tolerations."""

from collections.abc import Iterator

from hooks.kube.objects import Obj
from hooks.rules.patterns import (
    ANNOTATION_NAME,
    LABEL_NAME,
    LABEL_VALUE,
    LONGEST_LABEL,
    LONGEST_NAME,
)
from hooks.rules.rule import Find, Rule, Severity, full, matching, one_of, unless

LABELS = ("spec.agent.pod.labels", "spec.agent.pod.nodeSelector")
SENSOR_POD = "spec.k8s_sensor.deployment.pod"
SENSOR_LABELS = (f"{SENSOR_POD}.labels", f"{SENSOR_POD}.nodeSelector")
ANNOTATIONS = (
    "spec.agent.pod.annotations",
    "spec.serviceAccount.annotations",
    f"{SENSOR_POD}.annotations",
)
TOLERATIONS = (
    "spec.agent.pod.tolerations[]",
    "spec.k8s_sensor.deployment.pod.tolerations[]",
    "spec.zones[].tolerations[]",
)
OPERATORS = ("", "Equal", "Exists", "Lt", "Gt")
EFFECTS = ("", "NoSchedule", "PreferNoSchedule", "NoExecute")
RESERVED = (
    "app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/component",
    "app.kubernetes.io/part-of", "app.kubernetes.io/managed-by", "instana/agent-mode",
)  # fmt: skip
"""Labels that the pods of agents and k8sensors have."""

_is_label_value = full(LABEL_VALUE)


def _odd_names(pattern: str) -> Find:
    is_name = full(pattern)

    def find(given: Obj) -> Iterator[str]:
        for name in given:
            prefix, _, rest = name.rpartition("/")
            if not is_name(name) or len(rest) > LONGEST_LABEL or len(prefix) > LONGEST_NAME:
                yield f"[{name}]"

    return find


def _reserved(labels: Obj) -> Iterator[str]:
    for name in RESERVED:
        if name in labels:
            yield f"[{name}]"


def _is_toleration(toleration: Obj) -> bool:
    key, operator = toleration.get("key") or "", toleration.get("operator") or ""
    effect, seconds = toleration.get("effect") or "", toleration.get("tolerationSeconds")
    return (
        operator in OPERATORS
        and effect in EFFECTS
        and (bool(key) or operator == "Exists")
        and not (operator == "Exists" and toleration.get("value"))
        and (seconds is None or effect == "NoExecute")
    )


def _text(field: str) -> str:
    return f"(has(self.{field}) ? self.{field} : '')"


def _names(pattern: str) -> str:
    return (
        f"self.all(name, {matching(pattern, 'name')} && "
        f"name.matches(r'^([^/]{{1,{LONGEST_NAME}}}/)?[^/]{{1,{LONGEST_LABEL}}}$'))"
    )


RULES = (
    Rule(
        "label-value",
        tuple(f"{labels}{{}}" for labels in (*LABELS, *SENSOR_LABELS)),
        f"must be at most {LONGEST_LABEL} letters, digits, '-', '_' and '.'",
        bad={"agent": {"pod": {"labels": {"owner": "Team A/B"}}}},
        good={"agent": {"pod": {"labels": {"owner": "Team-A-B"}}}},
        find=unless(lambda value: _is_label_value(value) and len(value) <= LONGEST_LABEL),
        cel=matching(LABEL_VALUE),
    ),
    Rule(
        "label-name",
        (*LABELS, *SENSOR_LABELS),
        f"must be the name of a label: at most {LONGEST_LABEL} letters, digits, '-', '_' and '.', "
        "after a domain and '/' if any",
        bad={"agent": {"pod": {"labels": {"the owner": "x"}}}},
        good={"agent": {"pod": {"labels": {"example.com/owner": "x"}}}},
        find=_odd_names(LABEL_NAME),
        cel=_names(LABEL_NAME),
        in_policy=True,
    ),
    Rule(
        "annotation-name",
        ANNOTATIONS,
        f"must be the name of an annotation: at most {LONGEST_LABEL} letters, digits, '-', '_' and "
        "'.', after a domain and '/' if any",
        bad={"agent": {"pod": {"annotations": {"the note": "x"}}}},
        good={"agent": {"pod": {"annotations": {"example.com/note": "x y"}}}},
        find=_odd_names(ANNOTATION_NAME),
        cel=_names(ANNOTATION_NAME),
        in_policy=True,
    ),
    Rule(
        "label-reserved",
        ("spec.agent.pod.labels", f"{SENSOR_POD}.labels"),
        "is set by the service itself, so that this one has no effect: take it out, or choose "
        "another name",
        bad={"agent": {"pod": {"labels": {"app.kubernetes.io/name": "mine"}}}},
        good={"agent": {"pod": {"labels": {"example.com/name": "mine"}}}},
        find=_reserved,
        cel=f"!self.exists(name, {one_of(RESERVED, 'name')})",
        severity=Severity.WARNING,
    ),
    Rule(
        "toleration",
        TOLERATIONS,
        "must have an operator Equal or Exists (with Exists no value, without key Exists), an "
        "effect NoSchedule, PreferNoSchedule or NoExecute or none, and tolerationSeconds with "
        "NoExecute only",
        bad={"agent": {"pod": {"tolerations": [{"key": "dedicated", "operator": "In"}]}}},
        good={"agent": {"pod": {"tolerations": [{"operator": "Exists"}]}}},
        find=unless(_is_toleration),
        cel=f"{one_of(OPERATORS, _text('operator'))} && {one_of(EFFECTS, _text('effect'))} && "
        f"({_text('key')} != '' || {_text('operator')} == 'Exists') && "
        f"({_text('operator')} != 'Exists' || {_text('value')} == '') && "
        f"(!has(self.tolerationSeconds) || {_text('effect')} == 'NoExecute')",
    ),
)
