"""The policies of deploy/guards are in every overlay, and can be taken out."""

from pathlib import Path

import pytest

from hooks.generate.policies import guards
from tests.support.kustomize import OVERLAYS, build, find, installation
from tests.support.pages import block
from tests.support.tools import needs

POLICIES = {(each["kind"], each["metadata"]["name"]) for each in guards()}
OF_POLICIES = {kind for kind, _ in POLICIES}

pytestmark = [
    needs("kubectl"),
    needs("openssl"),
]


def found(directory: Path) -> set[tuple[str, str]]:
    return {
        (each["kind"], each["metadata"]["name"])
        for each in build(directory)
        if each["kind"] in OF_POLICIES
    }


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_overlay_has_the_guards(overlay: str, place: Path) -> None:
    assert found(place / "deploy/overlays" / overlay) == POLICIES != set()


def test_they_can_be_installed_on_their_own(place: Path) -> None:
    assert found(place / "deploy/guards") == POLICIES


def test_a_component_takes_out_all_of_them_and_no_policy_else(place: Path) -> None:
    component = "deploy/components/without-guards"
    directory = installation(place, "self-signed", component)
    assert found(directory) == set()

    kustomization = directory / "kustomization.yaml"
    listed = kustomization.read_text().replace(
        "resources:\n", "resources:\n- ../deploy/admission\n"
    )
    kustomization.write_text(listed)
    assert found(directory) == found(place / "deploy/admission") != set()


def test_groups_and_images_are_named_as_the_page_says(place: Path) -> None:
    directory = place / "restricted"
    directory.mkdir()
    text = block("guards.md", "yaml", "restricted-fields").replace("instana-agent-hooks/", "../")
    (directory / "kustomization.yaml").write_text(text)

    policy = find(build(directory), "ValidatingAdmissionPolicy", "instana-agent-restricted-fields")

    assert {each["name"]: each["expression"] for each in policy["spec"]["variables"]} == {
        "groups": '["system:masters","platform-team"]',
        "images": '["registry.example/instana/"]',
    }
