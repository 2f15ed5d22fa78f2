"""Placeholders in Secrets that pods read: named in the status, and agents go ahead."""

import pytest

from hooks.kube.objects import Obj
from tests.support.hook import answer, conditions, stored
from tests.support.resources import agent, secret

KEYS = {"agent": {"key": None, "keysSecret": "keys"}}
LOGIN = {"name": "keys", "key": "login"}
PROXY = {"agent": {"proxyHost": "proxy.example", "proxyPasswordSecretKeyRef": LOGIN}}


@pytest.mark.parametrize(
    ("spec", "entry", "text"),
    [
        (KEYS, "key", "replace-key"),
        (KEYS, "key", "<your-agent-key>\n"),
        (KEYS, "key", "$AGENT_KEY"),
        (KEYS, "downloadKey", "{{ .Values.key }}"),
        (PROXY, "login", "changeme"),
    ],
)
def test_a_placeholder_in_a_secret_is_named(spec: Obj, entry: str, text: str) -> None:
    keys = secret("keys", **{"key": "AGENT_KEY_1", entry: text})
    observed = stored(answer(agent(spec), keys))
    found = conditions(answer(agent(spec), keys, observed=observed))

    assert found["SecretsFilled"]["reason"] == "PlaceholderLeft"
    assert found["SecretsFilled"]["message"].startswith(f"entry {entry} of Secret keys: ")
    assert text not in found["SecretsFilled"]["message"]
    assert found["Ready"]["status"] == "True"


@pytest.mark.parametrize("entries", [{"key": "AGENT_KEY_1"}, {"key": "k", "other": "replace-key"}])
def test_there_is_no_condition_of_other_values(entries: dict[str, str]) -> None:
    assert "SecretsFilled" not in conditions(answer(agent(KEYS), secret("keys", **entries)))
