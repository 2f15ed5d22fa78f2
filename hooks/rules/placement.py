"""Rules on automatic tolerations and zones, and on the package cache."""

from hooks.kube.objects import Obj
from hooks.kube.quantities import InvalidQuantity, quantity_value
from hooks.models.workloads import (
    AUTOMATIC_ZONES,
    CACHE_TYPES,
    CLAIM,
    EMPTY_DIR,
    EPHEMERAL,
    HOST_PATH,
    NONE,
    OFF,
    POD_LABEL,
    TOLERATED,
)
from hooks.rules.identity import CLUSTER_NAME, HAS_ZONES, ZONE_NAME
from hooks.rules.patterns import DNS_NAME, LONGEST_NAME
from hooks.rules.rule import Rule, full, matching, one_of, unless

CACHE = "spec.agent.packageCache"
SIZED = (EMPTY_DIR, EPHEMERAL)

TYPE = f"(has(self.type) && self.type != '' ? self.type : '{NONE}')"
AUTOMATIC = "(has(self.zone) && has(self.zone.automatic) ? self.zone.automatic : '')"
IS_AUTOMATIC = f"!({one_of(('', OFF), AUTOMATIC)})"
HAS_CACHE = (
    "has(self.packageCache) && has(self.packageCache.type) && "
    f"!({one_of(('', NONE), 'self.packageCache.type')})"
)

_is_name = full(DNS_NAME)


def _type(cache: Obj) -> str:
    return cache.get("type") or NONE


def _automatic(spec: Obj) -> str:
    return (spec.get("zone") or {}).get("automatic") or OFF


def _has_name(spec: Obj, part: str) -> bool:
    return bool((spec.get(part) or {}).get("name"))


def _makes_claim(cache: Obj) -> bool:
    return _type(cache) == CLAIM and not cache.get("claimName")


def _fits(cache: Obj) -> bool:
    """Tell whether all fields go with the type."""
    is_sized = _type(cache) in SIZED or _makes_claim(cache)
    is_classed = _type(cache) == EPHEMERAL or _makes_claim(cache)
    return (
        (not cache.get("path") or _type(cache) == HOST_PATH)
        and (not cache.get("claimName") or _type(cache) == CLAIM)
        and (not cache.get("storageClassName") or is_classed)
        and (cache.get("size") is None or is_sized)
    )


def _has_size(cache: Obj) -> bool:
    """Tell whether there is a size where it must be, and none that is nothing."""
    size = cache.get("size")
    if size is None:
        return _type(cache) != EPHEMERAL and not _makes_claim(cache)
    try:
        return quantity_value(size) > 0
    except InvalidQuantity:
        return True


def _has_one_place(agent: Obj) -> bool:
    repository = (agent.get("host") or {}).get("repository")
    return not repository or _type(agent.get("packageCache") or {}) == NONE


def _given(field: str) -> str:
    return f"(has(self.{field}) && self.{field} != '')"


MAKES_CLAIM = f"({TYPE} == '{CLAIM}' && !{_given('claimName')})"

RULES = (
    Rule(
        "tolerate",
        ("spec.agent.scheduling.tolerate",),
        f"must be one of {', '.join(TOLERATED)}",
        bad={"agent": {"scheduling": {"tolerate": "Everything"}}},
        good={"agent": {"scheduling": {"tolerate": "All"}}},
        find=unless(lambda tolerate: tolerate in ("", *TOLERATED)),
        in_schema=True,
    ),
    Rule(
        "zone-automatic",
        ("spec.zone.automatic",),
        f"must be one of {', '.join(AUTOMATIC_ZONES)}",
        bad={"zone": {"automatic": "On"}},
        good={"zone": {"automatic": "Off"}},
        find=unless(lambda automatic: automatic in ("", *AUTOMATIC_ZONES)),
        in_schema=True,
    ),
    Rule(
        "zone-automatic-alone",
        ("spec",),
        "does not go with spec.zones, where each zone has its name: leave one of both out",
        bad={"zone": {"automatic": "NodeLabel"}, "zones": [{"name": "east"}]},
        good={"zone": {"automatic": "Off"}, "zones": [{"name": "east"}]},
        find=unless(
            lambda spec: _automatic(spec) == OFF or not spec.get("zones"), ".zone.automatic"
        ),
        cel=f"!({IS_AUTOMATIC}) || !({HAS_ZONES})",
        field=".zone.automatic",
    ),
    Rule(
        "zone-automatic-name",
        ("spec",),
        "does not go with spec.zone.automatic PodLabel, where all names come from nodes: leave one "
        "of both out",
        bad={"zone": {"name": "edge", "automatic": "PodLabel"}},
        good={"zone": {"name": "edge"}},
        find=unless(
            lambda spec: _automatic(spec) != POD_LABEL or not _has_name(spec, "zone"), ".zone.name"
        ),
        cel=f"{AUTOMATIC} != '{POD_LABEL}' || !({ZONE_NAME})",
        field=".zone.name",
    ),
    Rule(
        "zone-automatic-cluster",
        ("spec",),
        "is required where spec.zone.automatic is used: the name that the cluster shall have in "
        "Instana",
        bad={"cluster": None, "zone": {"name": "edge", "automatic": "NodeLabel"}},
        good={"cluster": None, "zone": {"name": "edge", "automatic": "Off"}},
        find=unless(
            lambda spec: _automatic(spec) == OFF or _has_name(spec, "cluster"), ".cluster.name"
        ),
        cel=f"!({IS_AUTOMATIC}) || ({CLUSTER_NAME})",
        field=".cluster.name",
    ),
    Rule(
        "package-cache-type",
        (f"{CACHE}.type",),
        f"must be one of {', '.join(CACHE_TYPES)}",
        bad={"agent": {"packageCache": {"type": "Disk"}}},
        good={"agent": {"packageCache": {"type": "HostPath"}}},
        find=unless(lambda kind: kind in ("", *CACHE_TYPES)),
        in_schema=True,
    ),
    Rule(
        "package-cache-field",
        (CACHE,),
        "has a field that does not go with its type: path goes with HostPath, claimName with "
        "PersistentVolumeClaim, size with EmptyDir, Ephemeral and a claim that is to be made, "
        "storageClassName with the latter two",
        bad={"agent": {"packageCache": {"type": "EmptyDir", "path": "/cache"}}},
        good={"agent": {"packageCache": {"type": "HostPath", "path": "/cache"}}},
        find=unless(_fits),
        cel=f"(!{_given('path')} || {TYPE} == '{HOST_PATH}') && "
        f"(!{_given('claimName')} || {TYPE} == '{CLAIM}') && "
        f"(!{_given('storageClassName')} || {TYPE} == '{EPHEMERAL}' || {MAKES_CLAIM}) && "
        f"(!has(self.size) || {one_of(SIZED, TYPE)} || {MAKES_CLAIM})",
    ),
    Rule(
        "package-cache-size",
        (CACHE,),
        "must be more than nothing, and must be given for Ephemeral and for a claim that is to be "
        "made",
        bad={"agent": {"packageCache": {"type": "PersistentVolumeClaim"}}},
        good={"agent": {"packageCache": {"type": "PersistentVolumeClaim", "claimName": "mine"}}},
        find=unless(_has_size, ".size"),
        cel="has(self.size) ? (!isQuantity(string(self.size)) || "
        "quantity(string(self.size)).isGreaterThan(quantity('0'))) : "
        f"({TYPE} != '{EPHEMERAL}' && !{MAKES_CLAIM})",
        field=".size",
    ),
    Rule(
        "package-cache-name",
        (f"{CACHE}.storageClassName", f"{CACHE}.claimName"),
        f"must be at most {LONGEST_NAME} lower case letters, digits, '-' and '.'",
        bad={"agent": {"packageCache": {"type": "PersistentVolumeClaim", "claimName": "My Claim"}}},
        good={"agent": {"packageCache": {"type": "PersistentVolumeClaim", "claimName": "mine"}}},
        find=unless(lambda name: not name or (_is_name(name) and len(name) <= LONGEST_NAME)),
        cel=f"self == '' || {matching(DNS_NAME)}",
    ),
    Rule(
        "package-cache-repository",
        ("spec.agent",),
        "is mounted at the same place as the package cache: leave one of both out; for the cache "
        "in that directory of the node, set packageCache.type to HostPath and packageCache.path to "
        "it",
        bad={"agent": {"host": {"repository": "/repo"}, "packageCache": {"type": "EmptyDir"}}},
        good={"agent": {"host": {"repository": "/repo"}, "packageCache": {"type": "None"}}},
        find=unless(_has_one_place, ".host.repository"),
        cel="!has(self.host) || !has(self.host.repository) || self.host.repository == '' || "
        f"!({HAS_CACHE})",
        field=".host.repository",
    ),
)
