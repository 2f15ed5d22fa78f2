"""Names and values in tolerations; other rules check how their fields fit together."""

import re
from typing import Final

from hooks.kube.objects import Obj
from hooks.kube.pod_validation.checks import NOTHING, Found, fields, optional, problem
from hooks.kube.pod_validation.names import LABEL_NAME, LABEL_VALUE

NUMERIC: Final = ("Lt", "Gt")
_WHOLE: Final = re.compile(r"0|-?[1-9][0-9]{0,18}", re.ASCII)
LARGEST: Final = 2**63


def _value(toleration: Obj) -> Found:
    operator, value = toleration.get("operator") or "Equal", toleration.get("value") or ""
    if operator == "Equal":
        return [(f".value{place}", message) for place, message in LABEL_VALUE.find(value)]
    if operator not in NUMERIC or not isinstance(value, str):
        return NOTHING
    if _WHOLE.fullmatch(value) and -LARGEST <= int(value) < LARGEST:
        return NOTHING
    return problem("must be a whole number with Lt and Gt (Kubernetes 1.35 or newer)", ".value")


OPERATORS: Final = ("", "Equal", "Exists")
EFFECTS: Final = ("", "NoSchedule", "PreferNoSchedule", "NoExecute")


def is_toleration(given: Obj) -> bool:
    """Return whether Kubernetes reads this JSON as a toleration; it ignores the case of names."""
    parts = {name.lower(): part for name, part in given.items() if part is not None}
    key, operator = parts.get("key", ""), parts.get("operator", "")
    value, effect = parts.get("value", ""), parts.get("effect", "")
    return (
        all(isinstance(part, str) for part in (key, operator, value, effect))
        and operator in OPERATORS
        and effect in EFFECTS
        and (key or operator == "Exists")
        and not (value and operator == "Exists")
        and ("tolerationseconds" not in parts or effect == "NoExecute")
        and not TOLERATION.find(parts)
    )


TOLERATION: Final = fields(_value, key=optional(LABEL_NAME))
