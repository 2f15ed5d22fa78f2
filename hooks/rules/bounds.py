"""How much of each part a resource may have: stated here, for the API server and the service.

Far more than any resource that works has: names of Kubernetes end at 253, a variable of a process
at 128 KiB, a Secret at 1 MiB. In the CRD they also bound what the rules cost; whatever they leave
open is bounded by what is made of it: the objects of an answer, and the time that they take.

They come before all other rules: what is beyond them is not looked at further.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from hooks.kube.objects import Obj, as_object, as_objects
from hooks.rules.rule import Find, Rule, unless
from hooks.rules.walking import problems_in, tree_of

ITEMS, LENGTH, ENTRIES = "maxItems", "maxLength", "maxProperties"
MOST_ZONES: Final = 128
MOST_BACKENDS: Final = 64
MOST_VARIABLES: Final = 1024
LONGEST_VARIABLE: Final = 131_071
"""Linux starts no process with a longer variable."""
LONGEST_ANNOTATION: Final = 262_144
"""That is what Kubernetes takes of all annotations of an object."""
LONGEST_CONFIGURATION: Final = 512 * 1024
LONGEST_TEXT: Final = 4096
LONGEST_CREDENTIAL = 8192
LONGEST_CERTIFICATE = 400_000
MOST_CONFIGURED: Final = 50_000
"""Values in the agent's configuration where that is an object."""
MOST_BYTES: Final = 16 * 1024 * 1024
"""Of all children together, as JSON."""
MOST_VALUES: Final = 16_384
"""Values that are looked at one by one, in each workload again: 10 µs each."""
AS_LONG_AS_NAMES: Final = 317
"""Up to here a length is one of names, of which other rules say more."""
AGENT = "spec.agent"
POD = "spec.agent.pod"
SENSOR = "spec.k8s_sensor"
SENSOR_POD = f"{SENSOR}.deployment.pod"
BACKEND = f"{AGENT}.additionalBackends"
TEXTS = (
    *("downloadKey", "keysSecret", "listenAddress", "redactKubernetesSecrets"),
    *(f"instanaMvnRepo{part}" for part in ("Url", "FeaturesPath", "SharedPath")),
    *(
        f"{mirror}RepoMirror{part}"
        for mirror in ("agentRelease", "instanaShared")
        for part in ("Url", "Username", "Password")
    ),
)
"""Fields of the agent that end up in a variable."""

BOUNDS: dict[str, Obj] = {
    "spec.zones": {ITEMS: MOST_ZONES},
    "spec.zones[].name": {LENGTH: 63},
    "spec.zones[].mode": {LENGTH: 63},
    "spec.zones[].tolerations": {ITEMS: 256},
    "spec.serviceAccount.name": {LENGTH: 253},
    "spec.networkPolicy.sensorPorts": {ITEMS: 64},
    "spec.networkPolicy.egress.furtherPorts": {ITEMS: 64},
    f"{AGENT}.configuration_yaml": {LENGTH: LONGEST_CONFIGURATION},
    f"{AGENT}.env": {ENTRIES: MOST_VARIABLES},
    f"{AGENT}.env{{}}": {LENGTH: LONGEST_VARIABLE},
    **{f"{AGENT}.{field}": {LENGTH: LONGEST_TEXT} for field in TEXTS},
    **{f"spec.{part}.name": {LENGTH: LONGEST_TEXT} for part in ("cluster", "zone")},
    "spec.kubernetes": {ENTRIES: 256},
    "spec.serviceAccount.annotations": {ENTRIES: 256},
    "spec.serviceAccount.annotations{}": {LENGTH: LONGEST_ANNOTATION},
    f"{AGENT}.key": {LENGTH: LONGEST_CREDENTIAL},
    f"{AGENT}.endpointHost": {LENGTH: 512},
    f"{AGENT}.endpointPort": {LENGTH: 32},
    f"{AGENT}.proxyHost": {LENGTH: 512},
    f"{AGENT}.proxyPort": {LENGTH: 32},
    f"{AGENT}.proxyProtocol": {LENGTH: 512},
    f"{AGENT}.proxyUser": {LENGTH: LONGEST_CREDENTIAL},
    f"{AGENT}.proxyPassword": {LENGTH: LONGEST_CREDENTIAL},
    BACKEND: {ITEMS: MOST_BACKENDS},
    f"{BACKEND}[].endpointHost": {LENGTH: 512},
    f"{BACKEND}[].endpointPort": {LENGTH: 32},
    f"{BACKEND}[].key": {LENGTH: LONGEST_CREDENTIAL},
    f"{AGENT}.tls.certificate": {LENGTH: LONGEST_CERTIFICATE},
    f"{AGENT}.tls.secretName": {LENGTH: 253},
    f"{AGENT}.tls.certManager.duration": {LENGTH: 32},
    f"{AGENT}.tls.certManager.renewBefore": {LENGTH: 32},
    f"{AGENT}.tls.certManager.dnsNames": {ITEMS: 64},
    f"{AGENT}.tls.certManager.dnsNames[]": {LENGTH: 253},
    f"{AGENT}.tls.key": {LENGTH: LONGEST_CERTIFICATE},
    f"{AGENT}.host.repository": {LENGTH: 4096},
    **{f"{owner}.image.pullSecrets": {ITEMS: 64} for owner in (AGENT, SENSOR)},
    **{f"{owner}.image.pullSecrets[].name": {LENGTH: 253} for owner in (AGENT, SENSOR)},
    f"{AGENT}.packageCache.path": {LENGTH: 4096},
    f"{AGENT}.packageCache.storageClassName": {LENGTH: 253},
    f"{AGENT}.packageCache.claimName": {LENGTH: 253},
    **{
        f"{owner}.image.{field}": {LENGTH: longest}
        for owner in (AGENT, SENSOR)
        for field, longest in (("name", 1024), ("tag", 512), ("digest", 512))
    },
    **{f"{pod}.labels": {ENTRIES: 256} for pod in (POD, SENSOR_POD)},
    **{f"{pod}.labels{{}}": {LENGTH: 63} for pod in (POD, SENSOR_POD)},
    **{f"{pod}.nodeSelector": {ENTRIES: 256} for pod in (POD, SENSOR_POD)},
    **{f"{pod}.nodeSelector{{}}": {LENGTH: 63} for pod in (POD, SENSOR_POD)},
    **{f"{pod}.tolerations": {ITEMS: 256} for pod in (POD, SENSOR_POD)},
    **{
        f"{pod}.{part}": bound
        for pod in (POD, SENSOR_POD)
        for part, bound in {
            "env": {ITEMS: MOST_VARIABLES},
            "env[].value": {LENGTH: LONGEST_VARIABLE},
            "annotations": {ENTRIES: 256},
            "annotations{}": {LENGTH: LONGEST_ANNOTATION},
            "claims": {ITEMS: 64},
            "limits": {ENTRIES: 64},
            "requests": {ENTRIES: 64},
            "env[].name": {LENGTH: 1024},
            "volumes": {ITEMS: 256},
            "volumes[].name": {LENGTH: 63},
            "volumes[].hostPath.path": {LENGTH: 4096},
            "volumeMounts": {ITEMS: 128},
            "volumeMounts[].name": {LENGTH: 63},
            "volumeMounts[].mountPath": {LENGTH: 1024},
        }.items()
    },
    f"{SENSOR_POD}.topologySpreadConstraints": {ITEMS: 64},
    f"{SENSOR_POD}.topologySpreadConstraints[].topologyKey": {LENGTH: 317},
    f"{SENSOR_POD}.topologySpreadConstraints[].whenUnsatisfiable": {LENGTH: 63},
    f"{SENSOR}.etcd.targets": {ITEMS: 256},
    f"{SENSOR}.etcd.targets[]": {LENGTH: LONGEST_TEXT},
    f"{SENSOR}.restClient.hostAllowlist": {ITEMS: 256},
    f"{SENSOR}.restClient.hostAllowlist[]": {LENGTH: LONGEST_TEXT},
    f"{SENSOR}.etcd.ca.mountPath": {LENGTH: 4096},
    f"{SENSOR}.restClient.ca.mountPath": {LENGTH: 4096},
}

TOO_MANY, TOO_LONG = "too-many", "too-long"
CONFIGURATION_SIZE, ANSWER_SIZE = "configuration-size", "answer-size"


def _beyond(*keywords: str) -> Find:
    """Return what finds the parts of a spec that have more than one of these bounds allows."""
    tree = tree_of(
        Rule("", (place,), "", bad={}, good={}, find=unless(_at_most(most)))
        for place, bound in BOUNDS.items()
        for keyword, most in bound.items()
        if keyword in keywords and not (keyword == LENGTH and most <= AS_LONG_AS_NAMES)
    )

    def find(spec: Obj) -> Iterator[str]:
        for problem in problems_in({"spec": spec}, tree):
            yield problem.path.removeprefix("spec")

    return find


def _at_most(most: int) -> Callable[[Any], bool]:
    return lambda value: not isinstance(value, dict | list | str) or len(value) <= most


def _is_writable(configuration: Obj) -> bool:
    """Tell whether the text of the configuration is in bounds, by what it has at least."""
    length = 0
    for count, (value, level) in enumerate(_values_in(configuration), start=1):
        length += level + (len(value) if isinstance(value, str) else 1)
        if count > MOST_CONFIGURED or length > LONGEST_CONFIGURATION:
            return False
    return True


def _values_in(part: Any) -> Iterator[tuple[Any, int]]:
    """Yield each name, and each value that is none of others, with how far it is indented."""
    inside, level = [part], 0
    while inside:
        below: list[Any] = []
        for value in inside:
            if isinstance(value, dict) and value:
                yield from ((name, level) for name in value)
                below += value.values()
            elif isinstance(value, list) and value:
                below += value
            else:
                yield value, level
        inside, level = below, level + 1


def _leads_to_too_much(spec: Obj) -> bool:
    """Tell whether the workloads of a resource take more than there may be, before they are made.

    Each zone has all that is given for the agents, each backend all that is for the k8sensors.
    """
    agent, sensor = as_object(spec.get("agent")), as_object(spec.get("k8s_sensor"))
    overrides, pod = as_object(spec.get("overrides")), as_object(agent.get("pod"))
    zones = as_objects(spec.get("zones"))
    agents, sensors = max(1, len(zones)), 1 + len(as_objects(agent.get("additionalBackends")))
    patch, sensor_patch = overrides.get("agentDaemonSet"), overrides.get("k8sensorDeployment")
    sensor_pod = as_object(as_object(sensor.get("deployment")).get("pod"))
    of_all_pods = [agent.get("env"), pod.get("labels"), pod.get("annotations")]
    length = (
        agents * _length([pod, agent.get("env"), patch])
        + sensors * _length([sensor_pod, *of_all_pods, sensor_patch])
        + _length([zones, agent.get("configuration_yaml")])
    )
    values = agents * _values([pod.get("affinity"), patch]) + sensors * _values(
        [sensor_pod.get("affinity"), sensor_patch]
    )
    return length > MOST_BYTES or values > MOST_VALUES


def _length(value: Any) -> int:
    text = json.dumps(value, ensure_ascii=False, skipkeys=True, default=str)
    return len(text.encode(errors="surrogatepass"))


def _values(value: Any) -> int:
    return sum(1 for _ in _values_in(value))


FULL: Obj = {"name": "X", "value": "x" * LONGEST_VARIABLE}

RULES = (
    Rule(
        TOO_MANY,
        ("spec",),
        "has more items than are taken: see docs/validation.md for how many there may be of each",
        bad={"agent": {"pod": {"annotations": {f"a{index}": "x" for index in range(257)}}}},
        good={"agent": {"pod": {"annotations": {f"a{index}": "x" for index in range(256)}}}},
        find=_beyond(ITEMS, ENTRIES),
        in_schema=True,
    ),
    Rule(
        TOO_LONG,
        ("spec",),
        "is longer than is taken: see docs/validation.md for how long each may be",
        bad={"agent": {"pod": {"env": [FULL | {"value": "x" * (LONGEST_VARIABLE + 1)}]}}},
        good={"agent": {"pod": {"env": [FULL]}}},
        find=_beyond(LENGTH),
        in_schema=True,
    ),
    Rule(
        CONFIGURATION_SIZE,
        (f"{AGENT}.configuration",),
        f"is more than {MOST_CONFIGURED:,} names and values, or than "
        f"{LONGEST_CONFIGURATION // 1024} KiB of text: take some of it out (the agent also reads "
        "further files, which can be mounted)",
        bad={"agent": {"configuration": {"a": ["x"] * MOST_CONFIGURED}}},
        good={"agent": {"configuration": {"a": ["x"] * (MOST_CONFIGURED - 1)}}},
        find=unless(_is_writable),
    ),
    Rule(
        ANSWER_SIZE,
        ("spec",),
        f"leads to more than {MOST_BYTES // 1024**2} MiB of objects, or to more than "
        f"{MOST_VALUES:,} values in the affinities and overrides of all workloads: as each zone "
        "has a DaemonSet, and each backend a Deployment, let there be fewer of them or less in "
        "each",
        bad={
            "zones": [{"name": f"z{index}"} for index in range(MOST_ZONES)],
            "agent": {"pod": {"env": [FULL]}, "env": {"Y": FULL["value"]}},
        },
        good={
            "zones": [{"name": f"z{index}"} for index in range(2)],
            "agent": {"pod": {"env": [FULL]}, "env": {"Y": FULL["value"]}},
        },
        find=unless(lambda spec: not _leads_to_too_much(spec)),
    ),
)
