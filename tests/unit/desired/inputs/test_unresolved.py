"""Credentials that pods cannot get have a reason, whatever they are taken from."""

import pytest

from hooks.desired import build_context
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.unresolved import unresolved_credentials, unresolved_key
from hooks.kube.objects import Obj
from hooks.observed import ObservedObjects
from hooks.rules import parse_agent
from tests.support.hook import FACTS, by_kind
from tests.support.resources import agent, secret

NOTHING = ObservedObjects({})
KEYS = "spec.agent.keysSecret"
LOGIN = {"proxyUserSecretKeyRef": {"name": "login", "key": "user"}, "proxyPassword": "p"}


def context(spec: Obj, *secrets: Obj, is_observed: bool = True) -> Context:
    related = ObservedObjects(by_kind(secrets, ["Secret.v1"])) if is_observed else NOTHING
    return build_context(parse_agent(agent(spec)), NOTHING, related, FACTS)


def paths(found: tuple[object, ...]) -> list[str]:
    return [str(each).partition(":")[0] for each in found]


@pytest.mark.parametrize("is_observed", [True, False])
def test_the_keys_secret_is_the_reason(is_observed: bool) -> None:  # noqa: FBT001
    one = context({"agent": {"key": None, "keysSecret": "keys"}}, is_observed=is_observed)
    found = unresolved_key(one, one.backends[0])

    assert paths(found) == [KEYS]
    assert found[0].is_missing is is_observed


def test_an_entry_that_is_missing_is_the_reason() -> None:
    one = context({"agent": {"key": None, "keysSecret": "keys"}}, secret("keys", other="x"))

    assert "no usable entry key" in str(unresolved_key(one, one.backends[0])[0])


def test_the_login_is_the_reason_why_there_is_no_url() -> None:
    one = context({"agent": {"proxyHost": "proxy", **LOGIN}})
    found = unresolved_credentials(one, one.credentials.https_proxy)

    assert paths(found) == ["spec.agent.proxyUserSecretKeyRef"]


def test_a_credential_that_nobody_needs_has_no_reason() -> None:
    one = context({})

    assert unresolved_credentials(one, *one.credentials.all) == ()
    assert unresolved_key(one, one.backends[0]) == ()
