"""The CRD's schema and the models agree on every resource."""

from hypothesis import given
from jsonschema import Draft202012Validator

from hooks.generate.crd.definition import schema
from hooks.kube.objects import Obj
from tests.property import clusters, specs
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
    taken = stored(SCHEMA["properties"]["spec"], specs.with_endpoints(spec))

    assert [error.message for error in SPEC.iter_errors(taken)] == []
