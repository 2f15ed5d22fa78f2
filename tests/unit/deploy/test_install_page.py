"""What docs/install.md shows can be applied as it stands there."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from hooks import __version__
from hooks.facts import Facts
from hooks.rendering import render
from tests.support.kustomize import OVERLAYS, Obj, build, checkout, find, make_credentials
from tests.support.pages import block, blocks
from tests.support.tools import needs

PAGE = "install.md"
CHECKOUT = "instana-agent-hooks"
HOOKS = "instana-agent-hooks"
WHOLE = block(PAGE, "yaml", "newName")
AGENT = block(PAGE, "yaml", "kind: InstanaAgent")
PARTS = [each for each in blocks(PAGE, "yaml") if each.startswith(("components:", "patches:"))]


@pytest.fixture(name="place", scope="module")
def _place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with a checkout and its credentials, as the page has them made."""
    place = tmp_path_factory.mktemp("place")
    make_credentials(checkout(place / CHECKOUT), "self-signed")
    return place


def built(place: Path, part: str = "") -> list[Obj]:
    """Return the objects of the page's kustomization with one of its additions."""
    text: dict[str, Any] = yaml.safe_load(WHOLE) | yaml.safe_load(part or "{}")
    (place / "kustomization.yaml").write_text(yaml.safe_dump(text))
    return build(place)


@pytest.fixture(name="without", scope="module")
def _without(place: Path) -> list[Obj]:
    return built(place)


def container(objects: list[Obj]) -> Obj:
    pod = find(objects, "Deployment", HOOKS)["spec"]["template"]["spec"]
    only: Obj = pod["containers"][0]
    return only


@needs("kubectl")
@needs("openssl")
def test_image_is_the_one_of_the_page(without: list[Obj]) -> None:
    image = container(without)["image"]

    assert image == f"registry.example/instana-agent-hooks:{__version__}"


@needs("kubectl")
@needs("openssl")
@pytest.mark.parametrize("part", PARTS, ids=lambda each: each.partition(":")[0])
def test_additions_change_something(part: str, place: Path, without: list[Obj]) -> None:
    assert built(place, part) != without


@needs("kubectl")
@needs("openssl")
def test_namespaces_are_said_to_the_service(place: Path) -> None:
    part = block(PAGE, "yaml", "AGENT_NAMESPACES")

    env = {each["name"]: each.get("value") for each in container(built(place, part))["env"]}

    assert env["AGENT_NAMESPACES"] == "instana-agent,team-a"


def test_resource_can_be_carried_out() -> None:
    rendered = render([yaml.safe_load(AGENT)], Facts(), "2026-01-01T00:00:00Z")

    assert not rendered.problems
    assert rendered.children


def test_overlays_and_components_are_all_there() -> None:
    page = Path("docs", PAGE).read_text()
    named = set(
        re.findall(r"`(?:instana-agent-hooks/)?((?:deploy|metacontroller)/[a-z/-]+)`", page)
    )

    assert {f"deploy/overlays/{overlay}" for overlay in OVERLAYS} <= named
    assert not {each for each in named if not Path(each).exists()}
