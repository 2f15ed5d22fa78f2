"""Rules on the package cache, and on `host.repository`, which is another directory of the node."""

from hooks.kube.quantities import InvalidQuantity, quantity_value
from hooks.models.workloads import CACHE_TYPES, CLAIM, EMPTY_DIR, EPHEMERAL, HOST_PATH, NONE
from hooks.rules.expression import OR, Expression, all_of, given, has, if_has, present, when
from hooks.rules.patterns import DNS_NAME, LONGEST_NAME, UPWARDS
from hooks.rules.rule import Rule
from hooks.rules.values import contains, equal, matches, no_longer_than, one_of

CACHE = "spec.agent.packageCache"
SIZED = (EMPTY_DIR, EPHEMERAL)


def _is_type(*types: str) -> Expression:
    """Return the expression that holds if a package cache has one of the types."""
    return has("type", one_of(*types))


MAKES_CLAIM = _is_type(CLAIM) & ~given("claimName")


def _is_more_than_nothing(size: str | float) -> bool:
    try:
        return quantity_value(size) > 0
    except InvalidQuantity:
        return True


MORE_THAN_NOTHING = Expression(
    lambda of: f"!isQuantity(string({of})) || quantity(string({of})).isGreaterThan(quantity('0'))",
    _is_more_than_nothing,
    joins=OR,
)
"""For a quantity; another rule finds values that are not quantities."""

RULES = (
    Rule(
        "host-repository",
        ("spec.agent.host.repository", "spec.agent.packageCache.path"),
        "must be an absolute path on the node, without '..'",
        bad={"agent": {"host": {"repository": "../repository"}}},
        good={"agent": {"host": {"repository": "/opt/instana/repository"}}},
        must=equal("") | (contains("^/") & ~contains(UPWARDS)),
    ),
    Rule(
        "package-cache-type",
        (f"{CACHE}.type",),
        f"must be one of {', '.join(CACHE_TYPES)}",
        bad={"agent": {"packageCache": {"type": "Disk"}}},
        good={"agent": {"packageCache": {"type": "HostPath"}}},
        must=one_of("", *CACHE_TYPES),
        in_schema=True,
    ),
    Rule(
        "package-cache-field",
        (CACHE,),
        "has a field that its type does not use: use path with HostPath, claimName "
        "with PersistentVolumeClaim, size with EmptyDir, Ephemeral and a new claim, "
        "and storageClassName with Ephemeral and a new claim",
        bad={"agent": {"packageCache": {"type": "EmptyDir", "path": "/cache"}}},
        good={"agent": {"packageCache": {"type": "HostPath", "path": "/cache"}}},
        must=all_of(
            when(given("path"), _is_type(HOST_PATH)),
            when(given("claimName"), _is_type(CLAIM)),
            when(given("storageClassName"), _is_type(EPHEMERAL) | MAKES_CLAIM),
            when(present("size"), _is_type(*SIZED) | MAKES_CLAIM),
        ).at(""),
    ),
    Rule(
        "package-cache-size",
        (CACHE,),
        "must be more than 0, and is required for Ephemeral and for a new claim",
        bad={"agent": {"packageCache": {"type": "PersistentVolumeClaim"}}},
        good={"agent": {"packageCache": {"type": "PersistentVolumeClaim", "claimName": "mine"}}},
        must=all_of(
            if_has("size", MORE_THAN_NOTHING),
            when(_is_type(EPHEMERAL) | MAKES_CLAIM, present("size")),
        ),
    ),
    Rule(
        "package-cache-name",
        (f"{CACHE}.storageClassName", f"{CACHE}.claimName"),
        f"must be at most {LONGEST_NAME} lower case letters, digits, '-' and '.'",
        bad={"agent": {"packageCache": {"type": "PersistentVolumeClaim", "claimName": "My Claim"}}},
        good={"agent": {"packageCache": {"type": "PersistentVolumeClaim", "claimName": "mine"}}},
        must=equal("") | (matches(DNS_NAME) & no_longer_than(LONGEST_NAME)),
    ),
    Rule(
        "package-cache-repository",
        ("spec.agent",),
        "is mounted at the same path as the package cache: remove one of them; to keep "
        "the cache in that directory of the node, set packageCache.type to HostPath "
        "and packageCache.path to the directory",
        bad={"agent": {"host": {"repository": "/repo"}, "packageCache": {"type": "EmptyDir"}}},
        good={"agent": {"host": {"repository": "/repo"}, "packageCache": {"type": "None"}}},
        must=if_has("packageCache.type", one_of("", NONE)) | ~given("host.repository"),
    ),
)
