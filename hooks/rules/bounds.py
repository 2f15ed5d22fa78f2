"""The maximum size of each part of a resource: defined here for the API server and the service.

The bounds are far above what any working resource has: names in Kubernetes end at 253 characters, a
variable of a process at 128 KiB, a Secret at 1 MiB. In the CRD they also limit the cost of the
rules. What they leave open is limited by what is made of it: the objects of a response, and the
time to make them.

They come before all other rules: what is beyond them is not checked further.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

from hooks.errors import ALL_PROBLEMS, MOST_PROBLEMS
from hooks.kube.objects import Obj
from hooks.rules.rule import Find, Rule, unless
from hooks.rules.walking import problems_in, tree_of

ITEMS, LENGTH, ENTRIES = "maxItems", "maxLength", "maxProperties"
MOST_ZONES: Final = 128
MOST_BACKENDS: Final = 64
MOST_VARIABLES: Final = 1024
MOST_SOURCES: Final = 64
"""For a projected volume."""
MOST_FILES: Final = 256
"""Entries of a Secret or a ConfigMap that a volume lists."""
MOST_HEADERS: Final = 64
MOST_ARGUMENTS: Final = 256
LONGEST_VARIABLE: Final = 131_071
"""Linux starts no process with a longer variable."""
LONGEST_ANNOTATION: Final = 262_144
"""Kubernetes accepts this much for all annotations of an object together."""
LONGEST_CONFIGURATION: Final = 512 * 1024
LONGEST_TEXT: Final = 4096
LONGEST_CREDENTIAL: Final = 8192
LONGEST_CERTIFICATE = 400_000
MOST_CONFIGURED: Final = 50_000
"""Values in the agent's configuration if it is an object."""
AS_LONG_AS_NAMES: Final = 317
"""Up to this length a text is a name, which other rules check."""
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
"""Fields of the agent that become a variable."""

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
            "volumes[].projected.sources": {ITEMS: MOST_SOURCES},
            **{
                f"{volume}.{source}.items": {ITEMS: MOST_FILES}
                for volume in ("volumes[]", "volumes[].projected.sources[]")
                for source in ("secret", "configMap", "downwardAPI")
            },
            **{
                f"{probe}Probe.{field}": {ITEMS: most}
                for probe in ("startup", "readiness", "liveness")
                for field, most in (
                    ("exec.command", MOST_ARGUMENTS),
                    ("httpGet.httpHeaders", MOST_HEADERS),
                )
            },
            "volumeMounts": {ITEMS: 128},
            "volumeMounts[].name": {LENGTH: 63},
            "volumeMounts[].mountPath": {LENGTH: 1024},
        }.items()
    },
    f"{SENSOR_POD}.topologySpreadConstraints": {ITEMS: 64},
    f"{SENSOR_POD}.topologySpreadConstraints[].matchLabelKeys": {ITEMS: 64},
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
CONFIGURATION_SIZE = "configuration-size"


def _beyond(*keywords: str, of_gates: bool = True, most: int = MOST_PROBLEMS) -> Find:
    """Return a function that finds the parts of a spec that exceed these bounds.

    `of_gates`: it does not check the items of a list that is too long.
    """
    rules = (
        Rule("", (place,), "", bad={}, good={}, find=unless(_at_most(bound)))
        for place, bounds in BOUNDS.items()
        for keyword, bound in bounds.items()
        if keyword in keywords and not (keyword == LENGTH and bound <= AS_LONG_AS_NAMES)
    )
    tree = tree_of(rules, of_gates=of_gates)

    def find(spec: Obj) -> Iterator[str]:
        for problem in problems_in({"spec": spec}, tree, most):
            yield problem.path.removeprefix("spec")

    return find


def _at_most(most: int) -> Callable[[Any], bool]:
    return lambda value: not isinstance(value, dict | list | str) or len(value) <= most


def _is_writable(configuration: Obj) -> bool:
    """Return whether the text of the configuration is within bounds, by its minimal length."""
    length = 0
    for count, (value, level) in enumerate(values_in(configuration), start=1):
        length += level + (len(value) if isinstance(value, str) else 1)
        if count > MOST_CONFIGURED or length > LONGEST_CONFIGURATION:
            return False
    return True


def values_in(part: Any) -> Iterator[tuple[Any, int]]:
    """Yield each name, each list in a list, and each scalar or empty value, with its indentation.

    This counts everything that takes time or memory: an object counts by its names.
    """
    inside, level = [part], 0
    while inside:
        below: list[Any] = []
        for value in inside:
            if isinstance(value, dict) and value:
                yield from ((name, level) for name in value)
                below += value.values()
            elif isinstance(value, list) and value:
                yield from ((item, level) for item in value if item and isinstance(item, list))
                below += value
            else:
                yield value, level
        inside, level = below, level + 1


FULL: Obj = {"name": "X", "value": "x" * LONGEST_VARIABLE}

OF_COUNTS = (
    Rule(
        TOO_MANY,
        ("spec",),
        "has more items than allowed: remove some (docs/validation.md lists the limits)",
        bad={"agent": {"pod": {"annotations": {f"a{index}": "x" for index in range(257)}}}},
        good={"agent": {"pod": {"annotations": {f"a{index}": "x" for index in range(256)}}}},
        find=_beyond(ITEMS, ENTRIES),
        in_schema=True,
    ),
)
OF_LENGTHS = (
    Rule(
        TOO_LONG,
        ("spec",),
        "is longer than allowed: shorten it (docs/validation.md lists the limits)",
        bad={"agent": {"pod": {"env": [FULL | {"value": "x" * (LONGEST_VARIABLE + 1)}]}}},
        good={"agent": {"pod": {"env": [FULL]}}},
        find=_beyond(LENGTH),
        in_schema=True,
    ),
    Rule(
        CONFIGURATION_SIZE,
        (f"{AGENT}.configuration",),
        f"has more than {MOST_CONFIGURED:,} names and values, or more than "
        f"{LONGEST_CONFIGURATION // 1024} KiB of text: remove some of it (you can mount "
        "further files that the agent reads)",
        bad={"agent": {"configuration": {"a": ["x"] * MOST_CONFIGURED}}},
        good={"agent": {"configuration": {"a": ["x"] * (MOST_CONFIGURED - 1)}}},
        find=unless(_is_writable),
    ),
)
RULES = (*OF_COUNTS, *OF_LENGTHS)

ALL_COUNTS = tuple(
    replace(rule, find=_beyond(ITEMS, ENTRIES, of_gates=False, most=ALL_PROBLEMS))
    for rule in OF_COUNTS
)
ALL_LENGTHS = (
    replace(OF_LENGTHS[0], find=_beyond(LENGTH, of_gates=False, most=ALL_PROBLEMS)),
    *OF_LENGTHS[1:],
)
"""The same rules, for finding everything that is beyond the bounds."""
