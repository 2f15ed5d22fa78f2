"""Rules on compute resources: amounts, limits, claims."""

from collections.abc import Iterator
from typing import Any

from hooks.kube.objects import Obj
from hooks.kube.quantities import InvalidQuantity, quantity_value
from hooks.rules.rule import Rule, unless

CONTAINERS = ("spec.agent.pod", "spec.k8s_sensor.deployment.pod")
COMMON = ("cpu", "memory", "ephemeral-storage")
"""Of these alone the API server compares amounts: any name would cost too much."""


def _value(amounts: Obj, name: str) -> Any:
    try:
        return quantity_value(amounts[name])
    except (InvalidQuantity, KeyError):
        return None


def _negative(pod: Obj) -> Iterator[str]:
    for field in ("requests", "limits"):
        amounts = pod.get(field) or {}
        for name in amounts:
            value = _value(amounts, name)
            if value is not None and value < 0:
                yield f".{field}[{name}]"


def _below_requests(pod: Obj) -> Iterator[str]:
    requests, limits = pod.get("requests") or {}, pod.get("limits") or {}
    for name in limits.keys() & requests.keys():
        limit, request = _value(limits, name), _value(requests, name)
        if limit is not None and request is not None and limit < request:
            yield f".limits[{name}]"


def _amount(field: str, name: str) -> str:
    return f"quantity(string(self.{field}['{name}']))"


def _is_given(field: str, name: str) -> str:
    """Return the expression that there is such an amount; another rule is about what is none."""
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
        find=_negative,
        cel=" && ".join(
            _not_negative(field, name) for field in ("requests", "limits") for name in COMMON
        ),
    ),
    Rule(
        "limit-below-request",
        CONTAINERS,
        "is below the request: raise it, or lower the request (where only one of both is given, "
        "the other one follows it)",
        bad={"agent": {"pod": {"requests": {"memory": "2Gi"}, "limits": {"memory": "1Gi"}}}},
        good={"agent": {"pod": {"limits": {"memory": "512Mi"}}}},
        find=lambda pod: sorted(_below_requests(pod)),
        cel=" && ".join(map(_not_below, COMMON)),
        field=".limits",
    ),
    Rule(
        "resource-claim",
        tuple(f"{container}.claims" for container in CONTAINERS),
        "cannot be met, as there is no field for the resource claims of the pod: take it out",
        bad={"agent": {"pod": {"claims": [{"name": "gpu"}]}}},
        good={"agent": {"pod": {"claims": []}}},
        find=unless(lambda claims: not claims),
        cel="size(self) == 0",
    ),
)
