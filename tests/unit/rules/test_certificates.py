"""Whether a key is that of a certificate, with what openssl makes."""

import subprocess
from base64 import b64encode
from pathlib import Path

import pytest

from hooks.rules.certificates import belong_together
from tests.support.tools import needs

KINDS = {
    "rsa": ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"],
    "rsa-traditional": ["genrsa", "-traditional", "1024"],
    "ec": ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "ec-traditional": ["ecparam", "-name", "prime256v1", "-genkey"],
}
UNKNOWN = {"ed25519": ["genpkey", "-algorithm", "ED25519"]}

pytestmark = needs("openssl")


def openssl(*arguments: str) -> str:
    done = subprocess.run(["openssl", *arguments], capture_output=True, check=True)
    return b64encode(done.stdout).decode()


def pair(command: list[str], place: Path) -> tuple[str, str]:
    """Return a certificate and its key, both as base64 of PEM."""
    file = place / "key.pem"
    done = subprocess.run(["openssl", *command], capture_output=True, check=True)
    file.write_bytes(done.stdout)
    certificate = openssl("req", "-x509", "-key", str(file), "-subj", "/CN=a", "-days", "1")
    return certificate, b64encode(file.read_bytes()).decode()


@pytest.mark.parametrize("kind", KINDS)
def test_a_pair_belongs_together_and_two_halves_do_not(kind: str, tmp_path: Path) -> None:
    certificate, key = pair(KINDS[kind], tmp_path)
    _, other = pair(KINDS[kind], tmp_path)

    assert belong_together(certificate, key)
    assert not belong_together(certificate, other)


def test_keys_of_different_kinds_do_not_belong_together(tmp_path: Path) -> None:
    certificate, _ = pair(KINDS["rsa"], tmp_path)
    _, key = pair(KINDS["ec"], tmp_path)

    assert not belong_together(certificate, key)


@pytest.mark.parametrize("kind", UNKNOWN)
def test_what_a_key_does_not_tell_passes(kind: str, tmp_path: Path) -> None:
    certificate, _ = pair(UNKNOWN[kind], tmp_path)
    _, other = pair(UNKNOWN[kind], tmp_path)

    assert belong_together(certificate, other)


@pytest.mark.parametrize("size", [1, 40, 300, 700])
def test_what_is_cut_short_passes(size: int, tmp_path: Path) -> None:
    certificate, key = pair(KINDS["rsa"], tmp_path)

    assert belong_together(certificate[: size * 4], key)
    assert belong_together(certificate, key[: size * 4 // 4 * 4])


@pytest.mark.parametrize("der", [b"", b"0", b"0\x82", b"0\x03\x02\x01\x00", b"0\x80", b"\x30\xff"])
def test_bytes_that_are_no_key_pass(der: bytes, tmp_path: Path) -> None:
    certificate, key = pair(KINDS["ec"], tmp_path)
    block = b"-----BEGIN %s-----\n" + b64encode(der) + b"\n-----END %s-----\n"
    no_certificate = b64encode(block % (b"CERTIFICATE", b"CERTIFICATE")).decode()
    no_key = b64encode(block % (b"PRIVATE KEY", b"PRIVATE KEY")).decode()

    assert belong_together(no_certificate, key)
    assert belong_together(certificate, no_key)
