"""What pods retain has a reason, and the status names it."""

from hypothesis import given

from hooks.desired import Context, build_context, desired_children
from hooks.desired.agent.package_cache import WITHOUT_RULE
from hooks.desired.inputs.unresolved import (
    all_unresolved,
    unresolved_credentials,
    unresolved_key,
)
from hooks.desired.k8sensor.certificates import DISCOVERED
from hooks.errors import InvalidResource
from hooks.rules import parse_agent
from hooks.wire import sync_request
from tests.property import clusters, specs
from tests.property.clusters import Situation

SITUATIONS = clusters.running(specs.valid_specs(), complete=False)


@given(SITUATIONS)
def test_credentials_that_pods_cannot_get_have_a_reason(situation: Situation) -> None:
    context = _context(situation)

    credentials, backends = context.credentials.all, context.backends
    reasons = [bool(unresolved_credentials(context, credential)) for credential in credentials]
    of_keys = [bool(unresolved_key(context, backend)) for backend in backends]
    assert reasons == [not credential.is_settled for credential in credentials]
    assert of_keys == [not backend.key.is_usable for backend in backends]


@given(SITUATIONS)
def test_the_status_names_why_pods_retain_what_they_have(situation: Situation) -> None:
    context = _context(situation)
    try:
        desired = desired_children(context)
    except InvalidResource:
        return

    reasons = {each for found in desired.retained_for.values() for each in found}
    named_elsewhere = {reason for reason in reasons if reason.path == DISCOVERED.path}
    assert reasons - named_elsewhere <= {*all_unresolved(context), WITHOUT_RULE}


def _context(situation: Situation) -> Context:
    request = sync_request(situation.request)
    agent = parse_agent(request.parent)
    return build_context(agent, request.children, request.related, situation.facts)
