"""Rules on probes."""

from itertools import combinations

from hooks.kube.workloads import HANDLERS
from hooks.rules.expression import all_of, any_of, if_has, present
from hooks.rules.rule import Rule
from hooks.rules.values import at_least, one_of

CONTAINERS = ("spec.agent.pod", "spec.k8s_sensor.deployment.pod")
SENSOR = CONTAINERS[1]
RESTARTING = ("startupProbe", "livenessProbe")
READINESS = "readinessProbe"
NUMBERS = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "failureThreshold")

IS_SOUND = all_of(
    *(~(present(handler) & present(other)) for handler, other in combinations(HANDLERS, 2)),
    *(if_has(name, at_least(0)) for name in NUMBERS),
)
"""For any probe: it has at most one handler, and no negative number."""

RULES = (
    Rule(
        "probe",
        tuple(f"{container}.{probe}" for container in CONTAINERS for probe in RESTARTING),
        "must have one of exec, grpc, httpGet and tcpSocket (none keeps the agent's "
        "default one), no negative number, a successThreshold of 1 and a positive "
        "terminationGracePeriodSeconds",
        bad={"agent": {"pod": {"livenessProbe": {"periodSeconds": -1}}}},
        good={"agent": {"pod": {"livenessProbe": {"initialDelaySeconds": 900}}}},
        must=all_of(
            IS_SOUND,
            if_has("successThreshold", one_of(0, 1)),
            if_has("terminationGracePeriodSeconds", at_least(1)),
        ).at(""),
    ),
    Rule(
        "readiness-probe",
        tuple(f"{container}.{READINESS}" for container in CONTAINERS),
        "must have one of exec, grpc, httpGet and tcpSocket (none keeps the agent's "
        "default one), no negative number and no terminationGracePeriodSeconds, "
        "because it never ends a container",
        bad={"agent": {"pod": {"readinessProbe": {"terminationGracePeriodSeconds": 5}}}},
        good={"agent": {"pod": {"readinessProbe": {"successThreshold": 2}}}},
        must=all_of(
            IS_SOUND,
            if_has("successThreshold", at_least(0)),
            ~present("terminationGracePeriodSeconds"),
        ).at(""),
    ),
    Rule(
        "sensor-probe",
        tuple(f"{SENSOR}.{probe}" for probe in (*RESTARTING, READINESS)),
        "must have one of exec, grpc, httpGet and tcpSocket, because the k8sensor has "
        "no default probe",
        bad={"k8s_sensor": {"deployment": {"pod": {"livenessProbe": {"periodSeconds": 5}}}}},
        good={
            "k8s_sensor": {"deployment": {"pod": {"livenessProbe": {"tcpSocket": {"port": 42699}}}}}
        },
        must=any_of(*map(present, HANDLERS)).at(""),
    ),
)
