"""`spec.selector`: which objects Metacontroller takes for children of a resource."""

from hooks.kube.objects import Obj
from hooks.rendering import CHILD_SELECTOR

MOST = 8
STRING: Obj = {"type": "string"}


def selector() -> Obj:
    """Return the schema: a default, and no other value.

    With a wider selector Metacontroller would adopt, and delete, what belongs to others.
    """
    return {
        "type": "object",
        "default": CHILD_SELECTOR,
        "properties": {
            "matchLabels": {
                "type": "object",
                "maxProperties": MOST,
                "additionalProperties": STRING,
            },
            "matchExpressions": {"type": "array", "maxItems": MOST, "items": _expression()},
        },
        "x-kubernetes-validations": [
            {"message": "is set by its default and cannot be set otherwise", "rule": _rule()}
        ],
    }


def _expression() -> Obj:
    return {
        "type": "object",
        "required": ["key", "operator", "values"],
        "properties": {
            "key": STRING,
            "operator": STRING,
            "values": {"type": "array", "maxItems": MOST, "items": STRING},
        },
    }


def _rule() -> str:
    labels = CHILD_SELECTOR["matchLabels"]
    (expression,) = CHILD_SELECTOR["matchExpressions"]
    return (
        "has(self.matchLabels) && has(self.matchExpressions) "
        f"&& self.matchLabels == {labels} "
        "&& size(self.matchExpressions) == 1 "
        f"&& self.matchExpressions[0].key == {expression['key']!r} "
        f"&& self.matchExpressions[0].operator == {expression['operator']!r} "
        f"&& self.matchExpressions[0].values == {expression['values']}"
    )
