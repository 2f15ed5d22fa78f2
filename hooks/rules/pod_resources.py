"""Rules on compute resources: amounts, limits, claims."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from hooks.kube.objects import Obj
from hooks.kube.quantities import LONGEST, InvalidQuantity, quantity_value
from hooks.rules.expression import HAS_ITEMS
from hooks.rules.rule import Rule, Severity, with_messages

REMEMBERED = 1024
CONTAINERS = ("spec.agent.pod", "spec.k8s_sensor.deployment.pod")

COMMON = ("cpu", "memory", "ephemeral-storage")
"""The API server compares amounts of only these: comparing any name would cost too much."""


FIELDS = ("requests", "limits")
LEAST_BYTES, MOST_CPU = "1Mi", "128"
FEW_BYTES = (
    f'is less than {LEAST_BYTES}: a number without a unit is in bytes, so add a unit ("512Mi")'
)
MANY_CORES = (
    f"is more than {MOST_CPU} cores: a number without a unit is in cores, so write "
    '"500m" for half a core'
)
ENOUGH = f"(!{{0}}.isGreaterThan(quantity('0')) || !{{0}}.isLessThan(quantity('{LEAST_BYTES}')))"
USUAL = {
    "cpu": f"!{{0}}.isGreaterThan(quantity('{MOST_CPU}'))",
    "memory": ENOUGH,
    "ephemeral-storage": ENOUGH,
}
"""The expressions that amounts, by name, are in the usual range."""


def _value(amount: Any) -> Any:
    try:
        return quantity_value(amount)
    except InvalidQuantity:
        return None


def _negative(pod: Obj) -> Iterator[str]:
    for field in FIELDS:
        for name, amount in (pod.get(field) or {}).items():
            if str(amount).lstrip().startswith("-") and (_value(amount) or 0) < 0:
                yield f".{field}[{name}]"


def _odd_units(pod: Obj) -> Iterator[tuple[str, str]]:
    for field in FIELDS:
        for name, amount in (pod.get(field) or {}).items():
            if name in USUAL and _is_odd(name, _spelled(amount)):
                yield f".{field}[{name}]", MANY_CORES if name == "cpu" else FEW_BYTES


def _is_odd(name: str, amount: str) -> bool:
    found = _value(amount) if len(amount) <= LONGEST else None
    if found is None:
        return False
    if name == "cpu":
        return bool(found > quantity_value(MOST_CPU))
    return bool(0 < found < quantity_value(LEAST_BYTES))


def _below_requests(pod: Obj) -> Iterator[str]:
    requests, limits = pod.get("requests") or {}, pod.get("limits") or {}
    for name, limit in limits.items():
        if name in requests and _is_below(_spelled(limit), _spelled(requests[name])):
            yield f".limits[{name}]"


def _spelled(amount: Any) -> str:
    return str(amount).strip(" ")


def _is_below(limit: str, request: str) -> bool:
    """Return whether an amount is below another one; False, and not cached, if one is too long."""
    return max(len(limit), len(request)) <= LONGEST and _is_less(limit, request)


@lru_cache(maxsize=REMEMBERED)
def _is_less(limit: str, request: str) -> bool:
    amounts = _value(limit), _value(request)
    return None not in amounts and amounts[0] < amounts[1]


def _amount(field: str, name: str) -> str:
    return f"quantity(string(self.{field}['{name}']))"


def _is_given(field: str, name: str) -> str:
    """Return the CEL expression that the amount exists; another rule finds invalid amounts."""
    own = f"self.{field}"
    return f"(has({own}) && '{name}' in {own} && isQuantity(string({own}['{name}'])))"


def _not_negative(field: str, name: str) -> str:
    return f"(!{_is_given(field, name)} || !{_amount(field, name)}.isLessThan(quantity('0')))"


def _not_below(name: str) -> str:
    both = f"{_is_given('limits', name)} && {_is_given('requests', name)}"
    return f"(!({both}) || !{_amount('limits', name)}.isLessThan({_amount('requests', name)}))"


RULES = (
    Rule(
        "negative-amount",
        CONTAINERS,
        "must not be negative",
        bad={"agent": {"pod": {"requests": {"cpu": "-1"}}}},
        good={"agent": {"pod": {"requests": {"cpu": "1"}}}},
        # Written twice: the service checks all names, and caches quantities.
        find=_negative,
        cel=" && ".join(_not_negative(field, name) for field in FIELDS for name in COMMON),
    ),
    Rule(
        "limit-below-request",
        CONTAINERS,
        "is below the request: raise it, or lower the request (if you set only one of "
        "them, the other one follows it)",
        bad={"agent": {"pod": {"requests": {"memory": "2Gi"}, "limits": {"memory": "1Gi"}}}},
        good={"agent": {"pod": {"limits": {"memory": "512Mi"}}}},
        # Written twice: the same.
        find=_below_requests,
        cel=" && ".join(map(_not_below, COMMON)),
        field=".limits",
    ),
    Rule(
        "amount-unit",
        CONTAINERS,
        f"is less than {LEAST_BYTES}, or more than {MOST_CPU} cores: a number without a "
        'unit is in bytes or cores, so add a unit ("512Mi", "500m")',
        bad={"agent": {"pod": {"requests": {"memory": "512"}}}},
        good={"agent": {"pod": {"requests": {"memory": "512Mi", "cpu": "500m"}}}},
        # Written twice: the same.
        find=with_messages(_odd_units),
        cel=" && ".join(
            f"(!{_is_given(field, name)} || {range_.format(_amount(field, name))})"
            for field in FIELDS
            for name, range_ in USUAL.items()
        ),
        severity=Severity.WARNING,
    ),
    Rule(
        "resource-claim",
        tuple(f"{container}.claims" for container in CONTAINERS),
        "cannot be satisfied, because no field sets the resource claims of the pod: remove it",
        bad={"agent": {"pod": {"claims": [{"name": "gpu"}]}}},
        good={"agent": {"pod": {"claims": []}}},
        must=~HAS_ITEMS,
    ),
)
