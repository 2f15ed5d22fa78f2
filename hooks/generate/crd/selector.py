"""`spec.selector`: which objects Metacontroller treats as children of a resource."""

from hooks.contract import CHILD_SELECTOR
from hooks.kube.objects import Obj
from hooks.labels import INSTANCE

MESSAGE = "is set by default: remove it (you can add only the name of the resource)"
MOST = 8
STRING: Obj = {"type": "string"}


def selector() -> Obj:
    """Return the schema: a default, to which only the name of the resource may be added.

    With a wider selector Metacontroller would adopt, and delete, what belongs to others. With its
    own name in the selector, a resource does not adopt children of other resources.
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
        "x-kubernetes-validations": [{"message": MESSAGE, "rule": _rule()}],
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


def names_itself() -> Obj:
    """Return the rule on the whole resource that its selector does not ask for another name."""
    labels = "self.spec.selector.matchLabels"
    return {
        "rule": "!has(self.spec) || !has(self.spec.selector) || "
        f"!has({labels}) || !('{INSTANCE}' in {labels}) || "
        f"{labels}['{INSTANCE}'] == self.metadata.name",
        "fieldPath": ".spec.selector",
        "message": f"{INSTANCE} must be the name of the resource",
    }


def _rule() -> str:
    ((label, value),) = CHILD_SELECTOR["matchLabels"].items()
    (expression,) = CHILD_SELECTOR["matchExpressions"]
    return (
        "has(self.matchLabels) && has(self.matchExpressions) "
        f"&& self.matchLabels.all(label, label in ['{label}', '{INSTANCE}']) "
        f"&& '{label}' in self.matchLabels && self.matchLabels['{label}'] == '{value}' "
        "&& size(self.matchExpressions) == 1 "
        f"&& self.matchExpressions[0].key == {expression['key']!r} "
        f"&& self.matchExpressions[0].operator == {expression['operator']!r} "
        f"&& self.matchExpressions[0].values == {expression['values']}"
    )
