"""Rules on probes."""

from hooks.kube.objects import Obj
from hooks.kube.workloads import HANDLERS
from hooks.rules.rule import Rule, unless

CONTAINERS = ("spec.agent.pod", "spec.k8s_sensor.deployment.pod")
SENSOR = CONTAINERS[1]
RESTARTING = ("startupProbe", "livenessProbe")
READINESS = "readinessProbe"
NUMBERS = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "failureThreshold")

GIVEN_HANDLERS = (
    "[" + ", ".join(f"has(self.{name})" for name in HANDLERS) + "].filter(given, given).size()"
)
SOUND = f"{GIVEN_HANDLERS} <= 1 && " + " && ".join(
    f"(!has(self.{name}) || self.{name} >= 0)" for name in NUMBERS
)


def _handlers(probe: Obj) -> int:
    return sum(probe.get(name) is not None for name in HANDLERS)


def _is_sound(probe: Obj) -> bool:
    numbers = [probe.get(name) or 0 for name in NUMBERS]
    are_sound = all(isinstance(number, int | float) and number >= 0 for number in numbers)
    return _handlers(probe) <= 1 and are_sound


def _is_restarting(probe: Obj) -> bool:
    grace = probe.get("terminationGracePeriodSeconds")
    return (
        _is_sound(probe)
        and probe.get("successThreshold") in (None, 0, 1)
        and (grace is None or (isinstance(grace, int) and grace > 0))
    )


def _is_readiness(probe: Obj) -> bool:
    successes = probe.get("successThreshold") or 0
    return (
        _is_sound(probe)
        and isinstance(successes, int | float)
        and successes >= 0
        and probe.get("terminationGracePeriodSeconds") is None
    )


RULES = (
    Rule(
        "probe",
        tuple(f"{container}.{probe}" for container in CONTAINERS for probe in RESTARTING),
        "must have one of exec, grpc, httpGet and tcpSocket (for the agent none keeps the default "
        "one), no negative number, a successThreshold of 1 and a positive "
        "terminationGracePeriodSeconds",
        bad={"agent": {"pod": {"livenessProbe": {"periodSeconds": -1}}}},
        good={"agent": {"pod": {"livenessProbe": {"initialDelaySeconds": 900}}}},
        find=unless(_is_restarting),
        cel=SOUND + " && (!has(self.successThreshold) || self.successThreshold in [0, 1])"
        " && (!has(self.terminationGracePeriodSeconds) || "
        "self.terminationGracePeriodSeconds > 0)",
    ),
    Rule(
        "readiness-probe",
        tuple(f"{container}.{READINESS}" for container in CONTAINERS),
        "must have one of exec, grpc, httpGet and tcpSocket (for the agent none keeps the default "
        "one), no negative number and no terminationGracePeriodSeconds, as it ends no container",
        bad={"agent": {"pod": {"readinessProbe": {"terminationGracePeriodSeconds": 5}}}},
        good={"agent": {"pod": {"readinessProbe": {"successThreshold": 2}}}},
        find=unless(_is_readiness),
        cel=SOUND + " && (!has(self.successThreshold) || self.successThreshold >= 0)"
        " && !has(self.terminationGracePeriodSeconds)",
    ),
    Rule(
        "sensor-probe",
        tuple(f"{SENSOR}.{probe}" for probe in (*RESTARTING, READINESS)),
        "must have one of exec, grpc, httpGet and tcpSocket, as there is no default one for the "
        "k8sensor",
        bad={"k8s_sensor": {"deployment": {"pod": {"livenessProbe": {"periodSeconds": 5}}}}},
        good={
            "k8s_sensor": {"deployment": {"pod": {"livenessProbe": {"tcpSocket": {"port": 42699}}}}}
        },
        find=unless(_handlers),
        cel=f"{GIVEN_HANDLERS} > 0",
    ),
)
