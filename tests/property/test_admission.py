"""Any spec through the webhooks: an answer without a secret, and defaults that change nothing."""

from itertools import product
from json import dumps
from typing import Any

import structlog
from flask.testing import FlaskClient
from hypothesis import assume, given
from hypothesis import strategies as st

from hooks.admission import InlineSecrets, default, errors_in, validate
from hooks.admission.problems import errors_of_children
from hooks.facts import Facts
from hooks.rules import look_at, warnings_of
from hooks.server.metrics import Metrics
from hooks.server.settings import Settings
from hooks.server.webhooks import create_admission_app
from tests.property import clusters, specs
from tests.property.clusters import Situation
from tests.support.reviews import defaulted, patch_of, review

ANY_SPEC = specs.broken_specs() | specs.valid_specs() | specs.json_values()
PATHS = ("/admission/validate", "/admission/default")
CLIENTS: dict[InlineSecrets, FlaskClient] = {
    choice: create_admission_app(settings, Metrics(settings)).test_client()
    for choice in InlineSecrets
    for settings in [Settings(inline_secrets=choice)]
}


@given(ANY_SPEC, st.none() | ANY_SPEC, st.sampled_from(InlineSecrets))
def test_any_spec_gets_an_answer_that_tells_no_secret(
    new: Any, old: Any, inline: InlineSecrets
) -> None:
    before = None if old is None else specs.resource(old)
    with structlog.testing.capture_logs() as lines:
        for path in PATHS:
            response = CLIENTS[inline].post(path, json=review(specs.resource(new), before))
            assert response.status_code == 200, response.text
            assert specs.MARK not in response.text
    assert len(lines) == len(PATHS)
    assert specs.MARK not in repr(lines)


@given(ANY_SPEC, clusters.FACTS)
def test_no_child_shows_a_mistake_where_none_is_looked_for(spec: Any, facts: Facts) -> None:
    """To build all children only to admit a resource would take longer than all else."""
    found = look_at(specs.resource(spec))
    assume(not found.errors)

    assert found.agent
    assert errors_in(specs.resource(spec), facts) == errors_of_children(found.agent, facts)


@given(specs.json_values(), specs.json_values(), specs.json_values())
def test_garbage_is_refused_at_most(body: Any, request: Any, metadata: Any) -> None:
    resource = specs.resource({}) | {"metadata": metadata}
    bodies = (body, review(resource), review(request), review(resource) | {"request": request})
    with structlog.testing.capture_logs():
        answered = [
            client.post(path, data=sent, content_type="application/json").status_code
            for sent, path in product(map(dumps, bodies), PATHS)
            for client in CLIENTS.values()
        ]

    assert {*answered} <= {200, 400}


@given(clusters.running(complete=False) | clusters.fresh(complete=False))
def test_the_service_answers_the_same_with_and_without_defaults(situation: Situation) -> None:
    written = defaulted(situation.parent)

    assert situation.with_(parent=written).answer() == situation.answer()
    assert patch_of(default(review(written))) == []


@given(specs.broken_specs() | specs.valid_specs())
def test_defaults_mend_and_break_nothing(spec: Any) -> None:
    resource = specs.resource(spec)
    assume(isinstance(spec, dict))
    written = defaulted(resource)

    errors = errors_in(resource, Facts())
    assert errors_in(written, Facts()) == errors
    if not errors:
        assert warnings_of(written) == warnings_of(resource)


@given(specs.broken_specs() | specs.valid_specs())
def test_what_is_refused_is_what_the_service_cannot_carry_out(spec: Any) -> None:
    resource = specs.resource(spec)
    answer = validate(review(resource), Facts(), InlineSecrets.WARN)

    assert answer["response"]["allowed"] is not bool(errors_in(resource, Facts()))
