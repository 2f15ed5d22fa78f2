"""Quantities of which Kubernetes requires more than the right syntax."""

from decimal import Decimal
from typing import Any, Final

from hooks.kube.pod_validation.checks import Check, unless
from hooks.kube.quantities import InvalidQuantity, quantity_value


def amount(value: Any) -> Decimal | None:
    """Return the value of a quantity; None for anything else, which another rule finds."""
    try:
        return quantity_value(value)
    except InvalidQuantity:
        return None


def _is_not_negative(value: Any) -> bool:
    found = amount(value)
    return found is None or found >= 0


def _is_more_than_nothing(value: Any) -> bool:
    found = amount(value)
    return found is None or found > 0


NOT_NEGATIVE: Final[Check] = unless(_is_not_negative, "must not be negative")
MORE_THAN_NOTHING: Final[Check] = unless(_is_more_than_nothing, "must be more than 0")
