"""The script that makes certificates and tokens."""

import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.kustomize import CREDENTIALS, TOKENS_ONLY, checkout
from tests.support.tools import needs

SCRIPT = Path("deploy/make-credentials").resolve()
SERVICE = "instana-agent-hooks.instana-agent.svc"
APART = "instana-agent-hooks.instana-agent-hooks.svc"
"""With the component own-namespace."""
CERTIFICATES = {"ca.crt", "ca.key", "tls.crt", "tls.key"}
TOKENS = {"token", "tokens"}

Make = Callable[..., dict[str, str]]

pytestmark = needs("openssl")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([SCRIPT, *arguments], check=False, capture_output=True, text=True)


def openssl(*arguments: str) -> str:
    done = subprocess.run(["openssl", *arguments], check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture(name="overlay")
def _overlay(tmp_path: Path) -> Path:
    (tmp_path / "kustomization.yaml").touch()
    return tmp_path


@pytest.fixture(name="credentials")
def _credentials(overlay: Path) -> Path:
    return overlay / CREDENTIALS


@pytest.fixture(name="make")
def _make(overlay: Path, credentials: Path) -> Make:
    """Run the script; returns the names and contents of the files that are there then."""

    def make(*options: str) -> dict[str, str]:
        done = run(*options, str(overlay))
        assert (done.returncode, done.stderr) == (0, "")
        files = [each for each in credentials.iterdir() if each.name != ".gitignore"]
        return {each.name: each.read_text() for each in files}

    return make


def test_makes_all_there_needs_to_be_and_shows_none_of_it(overlay: Path, make: Make) -> None:
    assert set(make()) == CERTIFICATES | TOKENS
    assert run(str(overlay)).stdout == ""


def test_tokens_alone_are_made_where_certificates_come_from_elsewhere(make: Make) -> None:
    assert set(make("--tokens-only")) == TOKENS


def test_those_of_an_older_version_are_kept(overlay: Path, make: Make) -> None:
    (overlay / "credentials").mkdir()
    (overlay / "credentials/token").write_text("an-older-token")

    assert make("--tokens-only")["token"] == "an-older-token"
    assert not (overlay / "credentials").exists()


@needs("kubectl")
@pytest.mark.parametrize("overlay", ["self-signed", *TOKENS_ONLY])
def test_an_overlay_without_them_names_the_script(overlay: str, tmp_path: Path) -> None:
    place = checkout(tmp_path) / "deploy/overlays" / overlay
    done = subprocess.run(
        ["kubectl", "kustomize", str(place)], check=False, capture_output=True, text=True
    )

    assert done.returncode
    assert "made-by-make-credentials: no such file or directory" in done.stderr


def test_others_read_nothing(make: Make, credentials: Path) -> None:
    make()

    assert {stat.S_IMODE(each.stat().st_mode) for each in credentials.iterdir()} == {0o600}
    assert stat.S_IMODE(credentials.stat().st_mode) == 0o700


def test_git_takes_nothing(make: Make, credentials: Path) -> None:
    make()

    assert (credentials / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize(
    "name", [SERVICE, f"{SERVICE}.cluster.local", APART, f"{APART}.cluster.local"]
)
def test_authority_vouches_for_the_service(name: str, make: Make, credentials: Path) -> None:
    make()

    verified = verify(credentials, name)

    assert verified.endswith("OK\n")


def test_certificate_has_further_names(make: Make, credentials: Path) -> None:
    make("--host", "localhost", "--host", "hooks.example")

    assert verify(credentials, "localhost").endswith("OK\n")
    assert verify(credentials, "hooks.example").endswith("OK\n")


def verify(credentials: Path, name: str) -> str:
    place = ["-CAfile", str(credentials / "ca.crt"), "-verify_hostname", name]
    return openssl("verify", "-x509_strict", *place, str(credentials / "tls.crt"))


def test_second_run_changes_nothing(make: Make) -> None:
    assert make() == make()


def test_rotation_keeps_the_authority_and_the_last_token(make: Make, credentials: Path) -> None:
    before = make()

    after = make("--rotate")

    assert {name for name in before if before[name] == after[name]} == {"ca.crt", "ca.key"}
    assert after["tokens"].split() == [after["token"], before["token"]]
    assert verify(credentials, SERVICE).endswith("OK\n")


def test_rotation_drops_the_last_but_one_token(make: Make) -> None:
    first = make()
    second = make("--rotate")

    third = make("--rotate")

    assert third["tokens"].split() == [third["token"], second["token"]]
    assert first["token"] not in third["tokens"]


def test_old_tokens_are_forgotten_on_demand(make: Make) -> None:
    make()
    rotated = make("--rotate")

    after = make("--forget-old-tokens")

    assert after["tokens"].split() == [rotated["token"]]
    assert after["token"] == rotated["token"]


def test_certificate_that_ends_soon_is_made_anew(make: Make, credentials: Path) -> None:
    before = make()
    self_signed(credentials, "tls", days=29)

    after = make()

    assert after["ca.crt"] == before["ca.crt"]
    assert verify(credentials, SERVICE).endswith("OK\n")


def test_authority_that_ends_soon_is_told(make: Make, overlay: Path, credentials: Path) -> None:
    make()
    self_signed(credentials, "ca", days=29)

    done = run(str(overlay))

    assert done.returncode == 1
    assert "ca.crt expires within 30 days" in done.stderr


@pytest.mark.parametrize("content", [None, "no key\n"], ids=["gone", "broken"])
def test_certificate_that_cannot_be_made_leaves_the_old_one(
    content: str | None, make: Make, overlay: Path, credentials: Path
) -> None:
    before = make()
    (credentials / "ca.key").unlink()
    if content:
        (credentials / "ca.key").write_text(content)

    done = run("--rotate", str(overlay))

    assert done.returncode == 1
    assert "ca.key" in done.stderr if content is None else "tls.crt could not be" in done.stderr
    for name in ("tls.crt", "tls.key", "token", "tokens"):
        assert (credentials / name).read_text() == before[name]


def self_signed(credentials: Path, name: str, days: int) -> None:
    files = ["-key", str(credentials / f"{name}.key"), "-out", str(credentials / f"{name}.crt")]
    openssl("req", "-x509", "-new", *files, "-days", str(days), "-subj", f"/CN={name}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "no overlay"),
        (("--rotat", "somewhere"), "unknown option --rotat"),
        (("nowhere",), "nowhere has no kustomization.yaml"),
        (("one", "two"), "more than one overlay"),
    ],
)
def test_wrong_arguments_are_told(arguments: tuple[str, ...], message: str) -> None:
    done = run(*arguments)

    assert done.returncode == 1
    assert message in done.stderr
