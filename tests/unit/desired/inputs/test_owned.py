"""What is compared of an observed child and the desired one."""

from json import dumps

from hooks.desired.inputs.owned import before_and_after, owned_part
from hooks.facts import Facts
from hooks.kube.managed_fields import LAST_APPLIED
from hooks.kube.objects import Obj
from tests.support.resources import obj

ENTRIES = [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]
MANAGED: Obj = {
    "manager": Facts().field_manager,
    "operation": "Apply",
    "apiVersion": "v1",
    "fieldsType": "FieldsV1",
    "fieldsV1": {"f:spec": {"f:env": {}}},
}


def of(entries: list[Obj]) -> Obj:
    return obj("Thing", "x", spec={"env": entries})


def test_the_order_that_dynamic_apply_leaves_is_no_difference() -> None:
    observed, desired = of(ENTRIES[::-1]), of(ENTRIES)
    observed["metadata"]["annotations"] = {LAST_APPLIED: dumps(desired)}
    before, after = before_and_after(observed, owned_part(observed, Facts()), desired)

    assert before == after


def test_the_order_that_the_api_server_keeps_is_one() -> None:
    observed, desired = of(ENTRIES[::-1]), of(ENTRIES)
    observed["metadata"]["managedFields"] = [MANAGED]
    before, after = before_and_after(observed, owned_part(observed, Facts()), desired)

    assert before["spec"] == {"env": ENTRIES[::-1]}
    assert after["spec"] == {"env": ENTRIES}
