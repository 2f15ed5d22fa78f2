"""What docs/secrets.md shows and lists is what the resource has."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.models.agent import AgentSpec, BackendSpec
from hooks.models.base import SpecModel
from hooks.models.tls import Tls
from hooks.rendering import render
from tests.support.hook import NOW
from tests.support.pages import block
from tests.support.resources import secret

PAGE = Path("docs/secrets.md").read_text(encoding="utf-8")
SUFFIX = "SecretKeyRef"


def test_the_example_can_be_carried_out() -> None:
    example = yaml.safe_load(block("secrets.md", "yaml", "instana-download"))
    secrets = [secret(name, **{key: "x"}) for name, key in _entries(example["spec"])]
    secrets.append(secret("instana-keys", key="x"))
    rendered = render([example, *_together(secrets)], Facts(), NOW)
    conditions = {each["type"]: each["status"] for each in rendered.status["conditions"]}

    assert not rendered.problems
    assert conditions["ReferencesResolved"] == "True"


def test_agents_mount_the_store_before_its_secret_is_there() -> None:
    """Else the driver would wait for a pod, and the pods for the Secret."""
    example = yaml.safe_load(block("secrets.md", "yaml", "csi:"))
    provider = yaml.safe_load(block("secrets.md", "yaml", "secretObjects"))
    rendered = render([example], Facts(), NOW)
    (agents,) = [each for each in rendered.children if each["kind"] == "DaemonSet"]
    pod = agents["spec"]["template"]["spec"]
    volumes = {each["name"]: each for each in pod["volumes"]}
    mounted = {each["name"] for each in pod["containers"][0]["volumeMounts"]}
    attributes = volumes["secrets-store"]["csi"]["volumeAttributes"]
    needed = example["spec"]["agent"]["keysSecret"]
    missing = {each["type"]: each["message"] for each in rendered.status["conditions"]}

    assert "secrets-store" in mounted
    assert attributes["secretProviderClass"] == provider["metadata"]["name"]
    assert [each["secretName"] for each in provider["spec"]["secretObjects"]] == [needed]
    assert needed in missing["ReferencesResolved"]
    assert f"'{needed}'" in str(pod["volumes"])


def test_every_entry_is_listed_with_the_value_that_it_stands_for() -> None:
    lines = [line.split("|") for line in PAGE.splitlines() if SUFFIX in line and "|" in line]
    listed = {cells[2].strip(" `"): cells[1].strip(" `") for cells in lines if len(cells) > 6}

    assert listed.keys() == {
        *_references(AgentSpec, ""),
        *_references(BackendSpec, "additionalBackends[]."),
        *_references(Tls, "tls."),
    }
    assert listed.pop(f"httpsProxy{SUFFIX}") == "(made from the others)"
    for entry, value in listed.items():
        assert entry == f"{value}{SUFFIX}"


def _entries(part: object) -> Iterator[tuple[str, str]]:
    if isinstance(part, list):
        for each in part:
            yield from _entries(each)
    if isinstance(part, dict):
        for field, value in part.items():
            if field.endswith(SUFFIX):
                yield value["name"], value["key"].replace("_", "-")
            else:
                yield from _entries(value)


def _together(secrets: list[Obj]) -> list[Obj]:
    """Return one Secret of each name, with the entries of all of that name."""
    found: dict[str, Obj] = {}
    for each in secrets:
        name = each["metadata"]["name"]
        data = found.get(name, {}).get("data", {}) | each["data"]
        found[name] = each | {"data": data}
    return list(found.values())


def _references(model: type[SpecModel], path: str) -> set[str]:
    aliases = {str(field.alias) for field in model.model_fields.values()}
    return {f"{path}{alias}" for alias in aliases if alias.endswith(SUFFIX)}
