"""The CRD's schema and the models agree on every resource."""

from hypothesis import given
from jsonschema import Draft202012Validator

from hooks.definition.definition import schema
from hooks.kube.objects import Obj
from tests.property import applying, clusters, specs
from tests.property.clusters import Situation
from tests.support.schema import stored

SCHEMA = schema()
SPEC = Draft202012Validator(SCHEMA["properties"]["spec"])


@given(clusters.fresh(complete=False))
def test_stored_defaults_change_no_answer(situation: Situation) -> None:
    parent = situation.parent
    kept = parent | {"spec": stored(SCHEMA["properties"]["spec"], parent["spec"])}

    assert situation.with_(parent=kept).answer() == situation.answer()


@given(specs.valid_specs())
def test_what_can_be_carried_out_is_taken(spec: Obj) -> None:
    taken = stored(SCHEMA["properties"]["spec"], _with_endpoints(spec))

    assert [error.message for error in SPEC.iter_errors(taken)] == []


def _with_endpoints(spec: Obj) -> Obj:
    """Return the spec with the fields that only the CRD requires."""
    given = applying.copied(spec)
    for endpoint in (given["agent"], *(given["agent"].get("additionalBackends") or ())):
        for field in ("endpointHost", "endpointPort"):
            endpoint[field] = endpoint.get(field) or ""
    return dict(given)
