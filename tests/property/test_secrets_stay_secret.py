"""Secret values are in the Secrets that pods read them from, and nowhere else."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from hypothesis import assume, given

from hooks.errors import HookError
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.rules import parse_agent
from hooks.wire import encode
from tests.property import clusters, specs
from tests.property.clusters import Situation
from tests.property.sentinels import found_in

ANY_SPEC = specs.broken_specs() | specs.valid_specs()
OF_RESOURCE = ""
CONFIG = "-config"
PULL = "-containers-instana-io"
ALLOWED = {
    "key": {OF_RESOURCE, CONFIG, PULL},
    "download-key": {OF_RESOURCE, PULL},
    "backend-1": {OF_RESOURCE, CONFIG},
    "backend-2": {OF_RESOURCE, CONFIG},
    "proxy-user": {OF_RESOURCE, CONFIG},
    "proxy-password": {OF_RESOURCE, CONFIG},
    "mirror-user": {OF_RESOURCE},
    "mirror-password": {OF_RESOURCE},
    "tls-key": {"-tls"},
    "store-key": {CONFIG, PULL},
    "store-key-1": {CONFIG},
    "store-key-2": {CONFIG},
    "store-downloadKey": {PULL},
    "store-proxyUser": {OF_RESOURCE, CONFIG},
    "store-proxyPassword": {OF_RESOURCE, CONFIG},
    "own-names-agent-key": {CONFIG, PULL},
    "own-names-backend-key": {CONFIG},
    "own-names-download-key": {PULL},
    "own-names-user": {OF_RESOURCE, CONFIG},
    "more-names-password": {OF_RESOURCE, CONFIG},
}


@given(clusters.running(ANY_SPEC, complete=False) | clusters.fresh(ANY_SPEC, complete=False))
def test_secrets_are_in_no_status_and_no_child_but_secrets(situation: Situation) -> None:
    answer = situation.answer()
    others = [each for each in answer["children"] if each["kind"] != "Secret"]

    assert not found_in(answer["status"])
    assert not found_in(others)


@given(clusters.running(complete=False) | clusters.fresh(complete=False))
def test_each_secret_is_only_where_it_is_read_from(situation: Situation) -> None:
    name = clusters.name_of(situation)
    secrets = [each for each in situation.answer()["children"] if each["kind"] == "Secret"]
    found = {
        (role, child["metadata"]["name"].removeprefix(name))
        for child in secrets
        for role in found_in(child["data"])
    }
    assume(found)

    assert found <= {(role, place) for role, places in ALLOWED.items() for place in places}
    assert not found_in([each | {"data": {}} for each in secrets])


@given(clusters.fresh(specs.broken_specs()))
def test_secrets_are_in_no_message_of_an_error(situation: Situation) -> None:
    assert not found_in(_texts_of_errors(lambda: parse_agent(situation.parent)))


@given(clusters.fresh(specs.broken_specs()), specs.json_values())
def test_secrets_are_in_no_refusal_of_a_request(situation: Situation, garbage: Any) -> None:
    request = situation.request | {"children": {"Secret.v1": {"a": garbage}}}
    assert not found_in(_texts_of_errors(lambda: clusters.answered(request, Facts())))


def _texts_of_errors(call: Callable[[], object]) -> list[str]:
    """Return what a log shows of the call's error and of those that led to it."""
    error: BaseException | None = None
    try:
        call()
    except HookError as raised:
        error = raised
    texts = []
    while error is not None:
        texts += [str(error), repr(error)]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return texts


def test_the_search_finds_encoded_secrets() -> None:
    hidden: Obj = {"auth": b64encode(f"_:{specs.secret('key')}".encode()).decode()}
    twice = b64encode(encode(hidden)).decode()

    assert found_in({"data": {"a": twice}}) == {"key"}
