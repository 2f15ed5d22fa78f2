"""The image, built and started; hack/image builds it, and runs these."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest
import yaml

import hooks
from tests.http.service import LOOPBACK, Service, free_port, running, wait_until_ready
from tests.image.container import Container, Image
from tests.recorded import Recorded

MIB: Final = 1 << 20
IMAGE_MIB: Final = 128
"""What the image may have, packed as in a registry."""
OWN_MIB: Final = 16
"""What may be ours of it, above the base."""
READY_SECONDS: Final = 20.0
"""Twice what a very busy machine took; a pod has 60 s."""
QUICK_SECONDS: Final = 10.0

HEALTHY: Final = Recorded("sync", "healthy")
AGENT: Final = Path("tests/fixtures/go-operator/minimal/input.yaml")
LABEL: Final = "org.opencontainers.image."
LOOK: Final = """
import importlib.util, os, pathlib
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines())
print(os.getresuid(), os.getresgid(), os.getpid())
print(*(status[name] for name in ("CapBnd", "CapPrm", "CapEff", "CapAmb", "NoNewPrivs")))
print([name for name in ("pip", "setuptools", "wheel") if importlib.util.find_spec(name)])
try:
    pathlib.Path("/app/new").write_text("")
except OSError as error:
    print(error.strerror)
"""


@pytest.fixture(name="image", scope="session")
def _image() -> Image:
    return Image(Path(os.environ["IMAGE_DIRECTORY"]))


def settings(port: int) -> dict[str, str]:
    """Return what the service needs to be asked here."""
    return {"INSECURE": "1", "HOST": LOOPBACK, "PORT": str(port)}


def test_service_is_ready_answers_as_here_and_ends(
    image: Image, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    request = HEALTHY.request
    with running(tmp_path) as here:
        expected = here.post("/sync", request)
    port, log = free_port(), tmp_path / "log"
    begun = time.monotonic()
    container = Container(image, tmp_path / "service", settings=settings(port))
    with container.started(log) as process:
        service = Service(process, port, log)
        wait_until_ready(service)
        ready_seconds = time.monotonic() - begun
        answer = service.post("/sync", request)
        told = time.monotonic()
        code = service.stop()
        stop_seconds = time.monotonic() - told

    with capsys.disabled():
        print(f"\nready after {ready_seconds:.1f} s, ended after {stop_seconds:.1f} s")
    assert answer.content == expected.content
    assert answer.json() == HEALTHY.expected
    assert code == 0
    assert ready_seconds <= READY_SECONDS
    assert stop_seconds <= QUICK_SECONDS


def test_command_line_is_the_entry_point(image: Image, tmp_path: Path) -> None:
    command, resource = ("render", "-"), AGENT.read_bytes()
    here = subprocess.run(
        [sys.executable, "-m", "hooks", *command], input=resource, capture_output=True, check=True
    )

    there = Container(image, tmp_path / "render", command).run(resource)

    assert there.stderr == here.stderr
    assert there.stdout == here.stdout
    assert there.returncode == 0


def test_help_lists_the_commands(image: Image, tmp_path: Path) -> None:
    done = Container(image, tmp_path / "help", ("--help",)).run()

    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\n  python -m hooks validate agent.yaml\n" in re.sub(rb"\n +", b"\n  ", done.stdout)
    assert done.stdout.endswith(b"More: docs/cli.md\n")


def test_wrong_setting_ends_the_start_with_one_line(image: Image, tmp_path: Path) -> None:
    done = Container(image, tmp_path / "wrong", settings={"THREADS": "none"}).run()

    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        b"invalid setting THREADS: must be a whole number from 1 to 512"
    ]


def test_process_has_no_rights_and_no_installer(image: Image, tmp_path: Path) -> None:
    done = Container(image, tmp_path / "look", ("-c", LOOK), entry_point=("python",)).run()

    nothing = "0" * 16
    assert done.stdout.decode().splitlines() == [
        "(65532, 65532, 65532) (65532, 65532, 65532) 1",
        f"{nothing} {nothing} {nothing} {nothing} 1",
        "[]",
        "Read-only file system",
    ]
    assert not list(image.files.glob("usr/local/bin/pip*"))


def test_configuration_is_complete(image: Image) -> None:
    schema = yaml.safe_load(Path(".hadolint.yaml").read_text())["label-schema"]
    labels = image.config["Labels"]
    revision = subprocess.run(
        ["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    )

    assert image.config["User"] == "65532:65532"
    assert image.config["Entrypoint"] == ["python", "-m", "hooks"]
    assert image.config["Cmd"] == ["serve"]
    assert {name for name in labels if name.startswith(LABEL)} == set(schema)
    assert labels[f"{LABEL}version"] == hooks.__version__
    assert labels[f"{LABEL}revision"] == revision.stdout.strip()


def test_image_is_small(image: Image, capsys: pytest.CaptureFixture[str]) -> None:
    own, whole = (sum(sizes) / MIB for sizes in (image.layers[1:], image.layers))

    with capsys.disabled():
        print(f"\n{whole:.1f} MiB packed, {own:.1f} MiB of it ours")
    assert 0 < own <= OWN_MIB
    assert whole <= IMAGE_MIB


def test_nothing_of_the_building_machine_is_in_it(image: Image) -> None:
    """Neither where its packages came from, nor how to reach that."""
    assert (image.files / "etc" / "pip.conf").read_bytes() == b""
    assert {name.partition("=")[0] for name in image.config["Env"]} == {
        *("PATH", "LANG", "DOCS_URL"),
        *("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"),
    }
