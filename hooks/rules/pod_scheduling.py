"""Rules on labels, annotations and tolerations."""

from hooks.models.workloads import TOLERATED
from hooks.rules.expression import all_of, given, has, if_has, present, when
from hooks.rules.patterns import (
    ANNOTATION_NAME,
    LABEL_NAME,
    LABEL_VALUE,
    LONGEST_LABEL,
    LONGEST_NAME,
)
from hooks.rules.rule import Rule, Severity
from hooks.rules.values import each_name, equal, matches, no_longer_than, none_named, one_of

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

LENGTHS = rf"([^/]{{1,{LONGEST_NAME}}}/)?[^/]{{1,{LONGEST_LABEL}}}"
"""The maximum lengths of the name of a label or an annotation, and of its domain."""

EXISTS = has("operator", equal("Exists"))

RULES = (
    Rule(
        "tolerate",
        ("spec.agent.scheduling.tolerate",),
        f"must be one of {', '.join(TOLERATED)}",
        bad={"agent": {"scheduling": {"tolerate": "Everything"}}},
        good={"agent": {"scheduling": {"tolerate": "All"}}},
        must=one_of("", *TOLERATED),
        in_schema=True,
    ),
    Rule(
        "label-value",
        tuple(f"{labels}{{}}" for labels in (*LABELS, *SENSOR_LABELS)),
        f"must be at most {LONGEST_LABEL} letters, digits, '-', '_' and '.'",
        bad={"agent": {"pod": {"labels": {"owner": "Team A/B"}}}},
        good={"agent": {"pod": {"labels": {"owner": "Team-A-B"}}}},
        must=matches(LABEL_VALUE) & no_longer_than(LONGEST_LABEL),
    ),
    Rule(
        "label-name",
        (*LABELS, *SENSOR_LABELS),
        f"must be the name of a label: at most {LONGEST_LABEL} letters, digits, '-', "
        "'_' and '.', after an optional domain and '/'",
        bad={"agent": {"pod": {"labels": {"the owner": "x"}}}},
        good={"agent": {"pod": {"labels": {"example.com/owner": "x"}}}},
        must=each_name(matches(LABEL_NAME) & matches(LENGTHS)),
        in_policy=True,
    ),
    Rule(
        "annotation-name",
        ANNOTATIONS,
        f"must be the name of an annotation: at most {LONGEST_LABEL} letters, digits, "
        "'-', '_' and '.', after an optional domain and '/'",
        bad={"agent": {"pod": {"annotations": {"the note": "x"}}}},
        good={"agent": {"pod": {"annotations": {"example.com/note": "x y"}}}},
        must=each_name(matches(ANNOTATION_NAME) & matches(LENGTHS)),
        in_policy=True,
    ),
    Rule(
        "label-reserved",
        ("spec.agent.pod.labels", f"{SENSOR_POD}.labels"),
        "is set by the service itself, so this one has no effect: remove it, or choose "
        "another name",
        bad={"agent": {"pod": {"labels": {"app.kubernetes.io/name": "mine"}}}},
        good={"agent": {"pod": {"labels": {"example.com/name": "mine"}}}},
        must=none_named(*RESERVED),
        severity=Severity.WARNING,
    ),
    Rule(
        "toleration",
        TOLERATIONS,
        "must have the operator Equal or Exists (with Exists no value, and without a key only "
        "Exists), the effect NoSchedule, PreferNoSchedule or NoExecute, or none, and "
        "tolerationSeconds only with NoExecute",
        bad={"agent": {"pod": {"tolerations": [{"key": "dedicated", "operator": "In"}]}}},
        good={"agent": {"pod": {"tolerations": [{"operator": "Exists"}]}}},
        must=all_of(
            if_has("operator", one_of(*OPERATORS)),
            if_has("effect", one_of(*EFFECTS)),
            given("key") | EXISTS,
            when(EXISTS, ~given("value")),
            when(present("tolerationSeconds"), has("effect", equal("NoExecute"))),
        ).at(""),
    ),
)
