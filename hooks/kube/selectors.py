"""Label selectors, as the API server evaluates them."""

from hooks.kube.objects import Obj, as_object


def match_labels_of(obj: Obj) -> Obj:
    """Return the `matchLabels` by which an object selects others; empty if it has none."""
    selector = as_object(as_object(obj.get("spec")).get("selector"))
    return as_object(selector.get("matchLabels"))


def matches(selector: Obj, labels: dict[str, str]) -> bool:
    """Return whether labels satisfy a selector of `matchLabels` and `matchExpressions`."""
    match_labels = selector.get("matchLabels") or {}
    expressions = selector.get("matchExpressions") or []
    return all(labels.get(name) == value for name, value in match_labels.items()) and all(
        _holds(expression, labels) for expression in expressions
    )


def _holds(expression: Obj, labels: dict[str, str]) -> bool:
    key, values = expression["key"], expression.get("values") or []
    match expression["operator"]:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case unknown:
            msg = f"{unknown} is not an operator of a label selector"
            raise ValueError(msg)
