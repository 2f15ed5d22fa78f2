"""The packages as people install them, away from the checkout: the wheel, and the zipapp.

`make installs` runs these: they ask the package index for the wheels that the lock names.
"""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final, TypeAlias

import pytest

from hack import packages
from hack.platforms import Platform, all_platforms, download
from hooks import __version__
from hooks.cli.program.start import COMPLETER

FIXTURES: Final = Path("tests/fixtures").absolute()
FILES: Final = {
    "agent.yaml": FIXTURES / "go-operator/minimal/input.yaml",
    "request.json": FIXTURES / "sync/healthy/request.json",
}
HERE: Final = Platform(sys.version_info[:2], sys.platform, platform.machine())
ELSEWHERE: Final = Platform((3, 15), "darwin", "arm64")
"""It has another version of a package than others."""
SECONDS: Final = 100

pytestmark = pytest.mark.timeout(900)
"""What takes long is to ask the index for the wheels of all platforms, once."""

Done: TypeAlias = subprocess.CompletedProcess[str]


@pytest.fixture(name="built", scope="session")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the wheel and the sdist."""
    return packages.build(tmp_path_factory.mktemp("built")).parent


@pytest.fixture(name="wheels", scope="session")
def _wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the wheels for every platform: a missing one is an error."""
    return download(all_platforms(), tmp_path_factory.mktemp("wheels"))


@pytest.fixture(name="installed", scope="session")
def _installed(built: Path, wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the program in an environment of its own; nothing is resolved, nothing downloaded."""
    venv = tmp_path_factory.mktemp("installed")
    (wheel,) = built.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    pip = [str(venv / "bin/python"), "-m", "pip", "--disable-pip-version-check"]
    install = [*pip, "install", "--quiet", "--no-index", "--no-deps"]
    locked = ["--require-hashes", f"--find-links={wheels}", "--requirement=requirements.txt"]
    for command in ([*install, *locked], [*install, str(wheel)], [*pip, "check"]):
        subprocess.run(command, check=True)
    return venv / "bin" / packages.PROGRAM


@pytest.fixture(name="zipapp", scope="session")
def _zipapp(built: Path, wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the zipapp for this machine and another one."""
    zipapp = tmp_path_factory.mktemp("zipapp") / packages.PLUGIN
    (wheel,) = built.glob("*.whl")
    packages.build_zipapp(wheel, zipapp, (HERE, ELSEWHERE), wheels)
    return zipapp


@pytest.fixture(name="program", params=["installed", "zipapp"])
def _program(request: pytest.FixtureRequest) -> Path:
    program: Path = request.getfixturevalue(request.param)
    return program


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> Path:
    """Return a folder with a resource and a request, and nothing else."""
    for name, file in FILES.items():
        shutil.copy(file, tmp_path / name)
    return tmp_path


def run(program: Path, *arguments: str, place: Path, stdin: str = "") -> Done:
    """Run the program in a folder, with no more of an environment than a user has."""
    python = Path(sys.executable).resolve().parent
    home = program.parent / "home"
    return subprocess.run(
        [program, *arguments],
        env={"PATH": f"{python}:{os.defpath}", "HOME": str(home), "LANG": "C.UTF-8"},
        input=stdin,
        cwd=place,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def test_version_and_help(program: Path, place: Path) -> None:
    version, shown = (run(program, option, place=place) for option in ("--version", "--help"))

    assert version.stdout == f"instana-agent-hooks, version {__version__}\n"
    assert "Before a change:" in shown.stdout
    assert (version.returncode, version.stderr) == (shown.returncode, shown.stderr) == (0, "")


def test_validate(program: Path, place: Path) -> None:
    done = run(program, "validate", "agent.yaml", place=place)

    assert (done.returncode, done.stderr) == (0, "valid: 1\n"), done.stderr


def test_render_and_diff(program: Path, place: Path) -> None:
    rendered = run(program, "render", "-", place=place, stdin=(place / "agent.yaml").read_text())
    expected = subprocess.run(
        [sys.executable, "-m", "hooks", "render", place / "agent.yaml"],
        capture_output=True,
        text=True,
        check=True,
    )
    compared = run(program, "diff", "agent.yaml", place=place)

    assert (rendered.returncode, rendered.stdout) == (0, expected.stdout), rendered.stderr
    assert compared.returncode == 3, compared.stderr
    assert "DaemonSet/instana-agent" in compared.stdout


def test_demo(program: Path, place: Path) -> None:
    done = run(program, "demo", "--once", "request.json", place=place)

    assert done.returncode == 0, done.stderr
    assert "prod-agent-k8sensor" in done.stdout


def test_generate_says_that_it_is_for_a_checkout(program: Path, place: Path) -> None:
    done = run(program, "generate", place=place)

    assert done.returncode == 1
    assert done.stderr.startswith("Error: generate writes the files of a checkout")


def test_nothing_of_the_checkout_is_used(installed: Path, place: Path) -> None:
    question = "import hooks, sys; print(hooks.__file__, *sys.path, sep='\\n')"
    done = run(installed.parent / "python", "-c", question, place=place)
    files = [Path(line) for line in done.stdout.splitlines() if line]

    assert files
    assert not [each for each in files if each.is_relative_to(Path.cwd())]


def test_installed_programs_have_both_names(installed: Path, place: Path) -> None:
    done = run(installed.with_name(packages.PLUGIN), "--help", place=place)

    assert done.stdout.startswith("Usage: kubectl instana [OPTIONS]")


def test_installed_program_completes_what_follows_the_plugin(installed: Path, place: Path) -> None:
    done = run(installed.with_name(COMPLETER), "vali", place=place)

    assert [line.partition("\t")[0] for line in done.stdout.splitlines()] == ["validate", ":4"]


def test_zipapp_is_one_file_for_several_machines(zipapp: Path) -> None:
    packed = subprocess.run(
        [sys.executable, "-m", "zipfile", "--list", zipapp],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert [each.name for each in zipapp.parent.iterdir() if each.name != "home"] == [zipapp.name]
    assert os.access(zipapp, os.X_OK)
    for each in (HERE, ELSEWHERE):
        assert f"-cp{''.join(map(str, each.python))}-" in packed


def test_packages_are_the_same_each_time(built: Path, tmp_path: Path) -> None:
    again = packages.build(tmp_path)

    assert again.read_bytes() == (built / again.name).read_bytes()
