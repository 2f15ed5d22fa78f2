"""Affinity, topology spread and the selectors in them."""

from typing import Any, Final

from hooks.kube.objects import Obj, as_object, as_objects
from hooks.kube.pod_validation.checks import (
    NOTHING,
    Check,
    Find,
    Found,
    at_most,
    both,
    each,
    entries,
    fields,
    one_of,
    problem,
    text,
    within,
)
from hooks.kube.pod_validation.names import (
    LABEL_NAME,
    LABEL_VALUE,
    LARGEST_INT32,
    NAME,
    SHORT_NAME,
)

HIGHEST_WEIGHT: Final = 100
OF_LABELS: Final = ("In", "NotIn", "Exists", "DoesNotExist")
OF_NODES: Final = (*OF_LABELS, "Gt", "Lt")
WITH_VALUES: Final = ("In", "NotIn")
WITHOUT_VALUES: Final = ("Exists", "DoesNotExist")
NODE_NAME: Final = "metadata.name"
ANYWAY: Final = "ScheduleAnyway"


def _values(requirement: Obj) -> Found:
    """Find values that the operator does not allow."""
    operator, values = requirement.get("operator"), requirement.get("values") or []
    if not isinstance(values, list) or operator not in OF_NODES:
        return NOTHING
    if operator in WITH_VALUES:
        return NOTHING if values else problem(f"is required with operator {operator}", ".values")
    if operator in WITHOUT_VALUES:
        message = f"must not be set with operator {operator}: remove it, or use In or NotIn"
        return problem(message, ".values") if values else NOTHING
    return (
        NOTHING
        if len(values) == 1
        else problem("must be exactly one number with Gt and Lt", ".values")
    )


def _one_value(requirement: Obj) -> Found:
    values = requirement.get("values")
    is_single = isinstance(values, list) and len(values) == 1
    return NOTHING if is_single else problem("must be exactly one name", ".values")


# Selectors.

LABEL_SELECTOR: Final = fields(
    matchLabels=entries(LABEL_NAME, LABEL_VALUE),
    matchExpressions=each(
        fields(_values, key=LABEL_NAME, operator=one_of(*OF_LABELS), values=each(LABEL_VALUE))
    ),
)


def _terms(*, with_values: bool) -> Check:
    """Return the check of a term: Kubernetes does not check the values of a preference."""
    further = {"values": each(LABEL_VALUE)} if with_values else {}
    return fields(
        matchExpressions=each(
            fields(_values, key=LABEL_NAME, operator=one_of(*OF_NODES), **further)
        ),
        matchFields=each(
            fields(
                _one_value,
                key=one_of(NODE_NAME),
                operator=one_of(*WITH_VALUES),
                values=each(NAME),
            )
        ),
    )


def _keys(selector: Obj) -> list[str]:
    expressions = as_objects(selector.get("matchExpressions"))
    return [
        *as_object(selector.get("matchLabels")),
        *_texts([item.get("key") for item in expressions]),
    ]


def _texts(values: Any) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


def _with_selector(*names: str) -> Find:
    """Return a function that finds lists of keys that need a selector."""

    def find(term: Obj) -> Found:
        if term.get("labelSelector") is not None:
            return NOTHING
        return [(f".{name}", "needs a labelSelector: add one") for name in names if term.get(name)]

    return find


def _keys_of_both(term: Obj) -> Found:
    others = set(_texts(term.get("mismatchLabelKeys")))
    return [
        (f".matchLabelKeys[{place}]", "is also in mismatchLabelKeys: remove one of them")
        for place, key in enumerate(_texts(term.get("matchLabelKeys")))
        if key in others
    ]


def _selected_twice(term: Obj) -> Found:
    """Find keys of matchLabelKeys that the selector itself also asks for."""
    keys, seen = set(_texts(term.get("matchLabelKeys"))), set[str]()
    for key in _keys(as_object(term.get("labelSelector"))):
        if key in keys and key in seen:
            return problem(
                "has a key that is also in the labelSelector: remove it", ".matchLabelKeys"
            )
        seen.add(key)
    return NOTHING


def _selected(constraint: Obj) -> Found:
    """Find keys that the selector already asks for: Kubernetes before 1.34 rejects them."""
    selected = set(_keys(as_object(constraint.get("labelSelector"))))
    message = "is also in the labelSelector, which Kubernetes before 1.34 rejects: remove it"
    return [
        (f".matchLabelKeys[{place}]", message)
        for place, key in enumerate(_texts(constraint.get("matchLabelKeys")))
        if key in selected
    ]


# Affinity.

_POD_TERM: Final = fields(
    _with_selector("matchLabelKeys", "mismatchLabelKeys"),
    _keys_of_both,
    _selected_twice,
    labelSelector=LABEL_SELECTOR,
    namespaceSelector=LABEL_SELECTOR,
    namespaces=each(SHORT_NAME),
    matchLabelKeys=each(LABEL_NAME),
    mismatchLabelKeys=each(LABEL_NAME),
    topologyKey=both(
        text(bool, "is required: set it to a label of nodes, such as kubernetes.io/hostname"),
        LABEL_NAME,
    ),
)
_WEIGHT: Final = within(1, HIGHEST_WEIGHT)
_OF_PODS: Final = fields(
    requiredDuringSchedulingIgnoredDuringExecution=each(_POD_TERM),
    preferredDuringSchedulingIgnoredDuringExecution=each(
        fields(weight=_WEIGHT, podAffinityTerm=_POD_TERM)
    ),
)
AFFINITY: Final = fields(
    nodeAffinity=fields(
        requiredDuringSchedulingIgnoredDuringExecution=fields(
            nodeSelectorTerms=each(_terms(with_values=True), least=1)
        ),
        preferredDuringSchedulingIgnoredDuringExecution=each(
            fields(weight=_WEIGHT, preference=_terms(with_values=False))
        ),
    ),
    podAffinity=_OF_PODS,
    podAntiAffinity=_OF_PODS,
)


# Topology spread.


def _domains(constraint: Obj) -> Found:
    if constraint.get("minDomains") is None or constraint.get("whenUnsatisfiable") != ANYWAY:
        return NOTHING
    return problem("is allowed only with whenUnsatisfiable DoNotSchedule: remove it", ".minDomains")


_POLICY: Final = one_of("Honor", "Ignore")
TOPOLOGY_SPREAD: Final = fields(
    _domains,
    _selected,
    labelSelector=LABEL_SELECTOR,
    matchLabelKeys=each(LABEL_NAME),
    maxSkew=at_most(LARGEST_INT32),
    minDomains=within(1, LARGEST_INT32),
    nodeAffinityPolicy=_POLICY,
    nodeTaintsPolicy=_POLICY,
)
