"""The packages of the command line: what they say of themselves, and what is in them."""

import re
import tarfile
import tomllib
from email import message_from_bytes
from email.message import Message
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.tags import sys_tags

from hack import packages
from hack.locks import RUNTIME, pins
from hack.platforms import MACHINES, PYTHONS, all_platforms
from hooks import __version__
from hooks.cli.program.documentation import DISTRIBUTION
from hooks.cli.program.documentation import link as link_of_page

REPOSITORY = "https://git.example/team/instana"
DOCUMENTATION = f"{REPOSITORY}/blob/v{__version__}/docs"


@pytest.fixture(name="wheel", scope="session")
def _wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packages.build(tmp_path_factory.mktemp("built"), DOCUMENTATION)


def metadata_of(wheel: Path) -> Message:
    with ZipFile(wheel) as files:
        (name,) = (each for each in files.namelist() if each.endswith(".dist-info/METADATA"))
        return message_from_bytes(files.read(name))


def lines_of(file: str) -> set[str]:
    lines = (line.partition("  #")[0].strip() for line in Path(file).read_text().splitlines())
    return {line for line in lines if line and not line.startswith("#")}


def test_wheel_requires_what_the_requirements_say(wheel: Path) -> None:
    required = {Requirement(text) for text in metadata_of(wheel).get_all("Requires-Dist", [])}

    assert required == {Requirement(line) for line in lines_of("requirements.in")}
    assert {each.name.lower() for each in required} <= {pin.name for pin in pins(RUNTIME)} | {
        "prometheus_client"
    }


def test_wheel_says_its_name_version_licence_and_documentation(wheel: Path) -> None:
    metadata = metadata_of(wheel)

    assert wheel.name == f"instana_agent_hooks-{__version__}-py3-none-any.whl"
    assert metadata["Name"] == DISTRIBUTION == packages.DISTRIBUTION
    assert metadata["Version"] == __version__
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata.get_all("Project-URL") == [f"Documentation, {DOCUMENTATION}"]
    assert "Author" not in metadata


def test_wheel_has_all_files_of_the_package_and_no_others(wheel: Path) -> None:
    kinds = {".json", ".py", ".tpl", ".yaml"}
    here = {str(each) for each in Path("hooks").rglob("*") if each.suffix in kinds}
    with ZipFile(wheel) as files:
        packed = {each for each in files.namelist() if ".dist-info/" not in each}

    assert packed == here


def test_sdist_is_beside_it_and_says_nothing_of_this_machine(wheel: Path) -> None:
    (sdist,) = wheel.parent.glob("*.tar.gz")
    with tarfile.open(sdist) as files:
        names = {name.partition("/")[2] for name in files.getnames()}
        project = files.extractfile(f"{sdist.name.removesuffix('.tar.gz')}/pyproject.toml")
        assert project
        urls = tomllib.loads(project.read().decode())["project"]["urls"]

    assert {"README.md", "LICENSE", "requirements.in", "hooks/kube/kinds.json"} <= names
    assert urls == {"Documentation": DOCUMENTATION}


def test_documentation_is_where_the_metadata_says(
    wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DOCS_URL", raising=False)
    assert link_of_page("cli.md") == "docs/cli.md"

    monkeypatch.syspath_prepend(str(wheel))
    assert link_of_page("cli.md") == f"{DOCUMENTATION}/cli.md"


def test_build_needs_what_is_locked() -> None:
    (needed,) = tomllib.loads(Path("pyproject.toml").read_text())["build-system"]["requires"]
    (locked,) = {
        pin.version
        for lock in ("requirements-build.txt", "requirements-dev.txt")
        for pin in pins(Path(lock))
        if pin.name == "setuptools"
    }

    assert Requirement(needed).specifier.contains(locked)


def test_manifest_of_the_plugin_names_the_archive_of_the_release(tmp_path: Path) -> None:
    zipapp = tmp_path / "instana-hooks-1.2.3.pyz"
    zipapp.write_bytes(b"#!/usr/bin/env python3\n")
    archive = packages.write_archive(zipapp, tmp_path / "kubectl-instana-1.2.3.tar.gz")
    manifest = yaml.safe_load(packages.krew_manifest(archive, "1.2.3", REPOSITORY))
    with tarfile.open(archive) as packed:
        modes = {each.name: each.mode for each in packed.getmembers()}

    assert modes == {"kubectl-instana": 0o755, "LICENSE": 0o644}
    assert (manifest["kind"], manifest["metadata"]["name"]) == ("Plugin", "instana")
    assert manifest["spec"]["version"] == "v1.2.3"
    (for_all,) = manifest["spec"]["platforms"]
    assert for_all["uri"] == f"{REPOSITORY}/releases/download/v1.2.3/{archive.name}"
    assert for_all["sha256"] == sha256(archive.read_bytes()).hexdigest()
    assert for_all["bin"] in modes
    assert len(manifest["spec"]["shortDescription"]) <= 50


def test_archive_is_the_same_each_time(tmp_path: Path) -> None:
    zipapp = tmp_path / "instana-hooks.pyz"
    zipapp.write_bytes(b"zipapp")
    first, second = (
        packages.write_archive(zipapp, tmp_path / name).read_bytes() for name in ("a.tgz", "b.tgz")
    )

    assert first == second


def test_zipapp_is_for_the_machines_that_are_promised() -> None:
    said = re.sub(r"\s+", " ", Path("docs/cli.md").read_text())

    assert len(all_platforms()) == len(PYTHONS) * len(MACHINES)
    assert f"Python {'.'.join(map(str, PYTHONS[0]))} to {'.'.join(map(str, PYTHONS[-1]))}" in said
    assert {system for system, _ in MACHINES} == {"linux", "darwin"}


def test_tags_of_a_platform_are_those_of_python() -> None:
    here = {str(tag) for tag in sys_tags() if "musl" not in str(tag)}
    ours = {str(tag) for platform in all_platforms() for tag in platform.tags()}

    assert {tag for tag in here if "manylinux2014_x86_64" in tag or tag.endswith("-any")} <= ours
