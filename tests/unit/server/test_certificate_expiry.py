"""The end of the served certificate is read from its file, and told as a metric."""

from datetime import UTC, datetime
from math import isnan
from pathlib import Path

import pytest
import trustme

from hooks.server.certificate_expiry import CertificateExpiry
from hooks.server.metrics import Metrics
from hooks.server.settings import Settings, SettingsError

ENDS = (datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC), datetime(2060, 1, 2, 3, 4, 5, tzinfo=UTC))
"""Before 2050 and after, which are encoded differently."""


@pytest.fixture(name="ca", scope="module")
def _ca() -> trustme.CA:
    return trustme.CA()


def put(ca: trustme.CA, file: Path, end: datetime, *, before: bytes = b"") -> None:
    """Write a chain: the certificate with that end, then its authority's."""
    issued = ca.issue_cert("x", not_after=end).cert_chain_pems[0].bytes()
    file.write_bytes(before + issued + ca.cert_pem.bytes())


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("before", [b"", b"a comment \xe4\n"])
def test_the_end_is_that_of_the_first_certificate(
    ca: trustme.CA, tmp_path: Path, end: datetime, before: bytes
) -> None:
    put(ca, tmp_path / "tls.crt", end, before=before)

    assert CertificateExpiry(str(tmp_path / "tls.crt")).current() == end.timestamp()


@pytest.mark.parametrize("key_type", trustme.KeyType)
def test_the_kind_of_key_does_not_matter(key_type: trustme.KeyType, tmp_path: Path) -> None:
    authority = trustme.CA(key_type=key_type)
    put(authority, tmp_path / "tls.crt", ENDS[0])

    assert CertificateExpiry(str(tmp_path / "tls.crt")).current() == ENDS[0].timestamp()


def test_the_metric_follows_the_file(ca: trustme.CA, tmp_path: Path) -> None:
    file = tmp_path / "tls.crt"
    put(ca, file, ENDS[0])
    metrics = Metrics(Settings(tls_cert_file=str(file), tls_key_file="unused"))
    name = "instana_hooks_certificate_expiry_timestamp_seconds"
    assert metrics.registry.get_sample_value(name) == ENDS[0].timestamp()

    put(ca, file, ENDS[1])
    assert metrics.registry.get_sample_value(name) == ENDS[1].timestamp()


def test_without_tls_there_is_no_such_metric() -> None:
    assert b"certificate_expiry" not in Metrics(Settings()).exposition()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no certificate",
        b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\nMAQwAjAA\n-----END CERTIFICATE-----\n",
    ],
)
def test_what_is_no_certificate_has_no_end(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "tls.crt").write_bytes(content)

    assert isnan(CertificateExpiry(str(tmp_path / "tls.crt")).current())


def test_a_file_that_is_not_there_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="TLS_CERT_FILE"):
        CertificateExpiry(str(tmp_path / "tls.crt"))
