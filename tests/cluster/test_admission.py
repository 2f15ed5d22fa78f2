"""The webhooks on a real API server, without the policies: the same verdicts as in the service."""

from collections.abc import Iterator

import pytest

from hooks.rules import Layer, Rule
from tests.cluster.api import Api
from tests.cluster.cases import CASES as GO_OPERATOR
from tests.cluster.cases import resource
from tests.cluster.test_definition import create, serve
from tests.cluster.webhooks import VALIDATING, Webhooks, installed
from tests.support.rejected import OF_AGENTS, Case, Verdict
from tests.support.resources import agent
from tests.support.rules import WITH_EXAMPLES, example

ERRORS = [rule for rule in WITH_EXAMPLES if rule.is_error and Layer.WEBHOOK in rule.layers]
SAID = "admission webhook"
SECRET = "top-s3cret"


def by_id(rule: Rule) -> str:
    return rule.identifier


@pytest.fixture(scope="module", name="webhooks")
def _webhooks(api: Api) -> Iterator[Webhooks]:
    with installed(api, VALIDATING) as webhooks:
        yield webhooks


# Beside the definition.


@pytest.mark.parametrize("rule", WITH_EXAMPLES, ids=by_id)
@pytest.mark.usefixtures("webhooks")
def test_every_mistake_is_refused_and_every_oddity_warned_of(rule: Rule, api: Api) -> None:
    response = create(api, example(rule, rule.bad))

    by_webhook = SAID in response.text
    assert response.ok is (rule.layers == (Layer.SERVICE,) or not rule.is_error)
    if not response.ok:
        assert by_webhook is (rule.layers[0] in {Layer.POLICY, Layer.WEBHOOK})
    if not rule.is_error or by_webhook:
        text = response.headers.get("Warning", "") + response.text
        assert f"(rule {rule.identifier})" in text


@pytest.mark.parametrize("rule", WITH_EXAMPLES, ids=by_id)
@pytest.mark.usefixtures("webhooks")
def test_good_example_is_taken(rule: Rule, api: Api) -> None:
    response = create(api, example(rule, rule.good))

    assert response.ok, response.text
    assert f"(rule {rule.identifier})" not in response.headers.get("Warning", "")


@pytest.mark.parametrize("case", GO_OPERATOR)
@pytest.mark.usefixtures("webhooks")
def test_what_works_with_the_go_operator_is_taken(case: str, api: Api) -> None:
    response = create(api, resource(case))

    assert response.ok, response.text


@pytest.mark.parametrize("case", OF_AGENTS, ids=str)
@pytest.mark.usefixtures("webhooks")
def test_recorded_mistake_is_refused_by_definition_or_webhook(case: Case, api: Api) -> None:
    response = create(api, case.objects[0])

    assert response.ok is (case.verdict is not Verdict.REFUSED), response.text
    is_warned = f"(rule {case.rule})" in response.headers.get("Warning", "")
    assert is_warned or case.verdict is not Verdict.WARNED


@pytest.mark.usefixtures("webhooks")
def test_a_refusal_reads_like_one_of_the_definition(api: Api) -> None:
    response = create(api, agent({"agent": {"configuration_yaml": "a: [", "mode": "APM"}}))
    status = response.json()

    assert (response.status_code, status["reason"]) == (422, "Invalid")
    assert [each["field"] for each in status["details"]["causes"]] == [
        "spec.agent.configuration_yaml"
    ]


# Alone: a definition that takes nearly everything.


@pytest.fixture(scope="module", name="alone")
def _alone(api: Api, webhooks: Webhooks) -> Iterator[Webhooks]:
    serve(api, "loose")
    yield webhooks
    serve(api, "present")


@pytest.mark.parametrize("rule", ERRORS, ids=by_id)
@pytest.mark.usefixtures("alone")
def test_webhook_alone_refuses_the_bad_example(rule: Rule, api: Api) -> None:
    response = create(api, example(rule, rule.bad))

    assert not response.ok
    assert SAID in response.text
    assert f"(rule {rule.identifier})" in response.text


@pytest.mark.usefixtures("webhooks")
def test_neither_answer_nor_log_tells_a_secret(webhooks: Webhooks, api: Api) -> None:
    spec = {"agent": {"key": SECRET, "configuration_yaml": f"{SECRET}: ["}}
    response = create(api, agent(spec))

    assert not response.ok
    assert SECRET not in response.text + webhooks.service.log()
