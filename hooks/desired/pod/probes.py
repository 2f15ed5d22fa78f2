"""Probes of the agent and of the k8sensor."""

from hooks.kube.canonical import canonical_probe
from hooks.kube.objects import Obj
from hooks.kube.pod_validation.names import LARGEST_INT32
from hooks.kube.workloads import HANDLERS, PROBES
from hooks.models.agent import AgentPod
from hooks.models.k8s_sensor import SensorPod
from hooks.models.kubernetes import Opaque
from hooks.models.ports import AGENT_API

STATUS = {"httpGet": {"host": "127.0.0.1", "path": "/status", "port": AGENT_API}}
"""The agent's own answer to whether it is well; it listens on the host's network."""

PERIOD_SECONDS = 10
TIMEOUT_SECONDS = 5
STARTUP_FAILURES = 67
"""Of one each ten seconds: 660 s between the first and the last."""
LIVENESS_FAILURES = 6
READINESS_FAILURES = 3


def agent_probes(pod: AgentPod, path: str) -> Obj:
    """Return the probes of the agent's container: the default ones, tuned by the given ones.

    A probe without a handler tunes the default one. Where the liveness probe has a handler of its
    own, that is the default of the others: the usual one may not work for such an agent.
    """
    given = _given(pod, path)
    liveness = _tuned(STATUS | _numbers(LIVENESS_FAILURES), given["livenessProbe"])
    handler = _handler(liveness)
    startup = handler | _numbers(_startup_failures(liveness))
    readiness = handler | _numbers(READINESS_FAILURES)
    return {
        "startupProbe": _tuned(startup, given["startupProbe"]),
        "readinessProbe": _tuned(readiness, given["readinessProbe"]),
        "livenessProbe": liveness,
    }


def sensor_probes(pod: SensorPod, path: str) -> Obj:
    """Return the probes of the k8sensor's container, of which there are none by default."""
    return {name: probe for name, probe in _given(pod, path).items() if probe}


def startup_seconds(probe: Obj) -> int:
    """Return how long a container may take to start by its startup probe."""
    failures = _number(probe, "failureThreshold", READINESS_FAILURES)
    period = _number(probe, "periodSeconds", PERIOD_SECONDS)
    return _number(probe, "initialDelaySeconds", 0) + failures * period


def _given(pod: AgentPod | SensorPod, path: str) -> dict[str, Obj]:
    written: tuple[Opaque | None, ...] = (
        pod.startup_probe, pod.readiness_probe, pod.liveness_probe,
    )  # fmt: skip
    return {
        name: canonical_probe(probe or {}, f"{path}.{name}")
        for name, probe in zip(PROBES, written, strict=True)
    }


def _tuned(default: Obj, given: Obj) -> Obj:
    return given if _handler(given) else default | given


def _handler(probe: Obj) -> Obj:
    return {name: probe[name] for name in HANDLERS if name in probe}


def _numbers(failures: int) -> Obj:
    return {
        "failureThreshold": failures,
        "periodSeconds": PERIOD_SECONDS,
        "timeoutSeconds": TIMEOUT_SECONDS,
    }


def _startup_failures(liveness: Obj) -> int:
    """Return how often the startup probe may fail: as long as the liveness probe would wait."""
    failures = -(-startup_seconds(liveness) // PERIOD_SECONDS)
    return min(max(STARTUP_FAILURES, failures), LARGEST_INT32)


def _number(probe: Obj, field: str, default: int) -> int:
    """Return a number of a probe, or what Kubernetes takes where there is none, or zero."""
    value = probe.get(field)
    return value if isinstance(value, int) and value else default
