"""The expiry time of the served certificate.

The standard library reads only certificates of peers, so this module finds the one field in the
encoding.
"""

import ssl
from datetime import UTC, datetime
from math import nan
from pathlib import Path
from typing import Final

from hooks.kube.der import SEQUENCE, elements
from hooks.server.files import Followed

TIMES: Final = {0x17: "%y%m%d%H%M%SZ", 0x18: "%Y%m%d%H%M%SZ"}
"""UTCTime and GeneralizedTime."""
BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


class CertificateExpiry(Followed[float]):
    """The expiry time of the first certificate in a file, which is the service's own."""

    setting = "TLS_CERT_FILE"

    def load(self, *files: str) -> float:
        """Return the time in seconds, NaN if none is found; raises OSError."""
        _, begin, rest = Path(files[0]).read_text("ascii", "replace").partition(BEGIN)
        body, end, _ = rest.partition(END)
        try:
            return not_after(ssl.PEM_cert_to_DER_cert(begin + body + end))
        except (ValueError, IndexError):
            return nan


def not_after(certificate: bytes) -> float:
    """Return the end of a certificate's validity; raises ValueError or IndexError if not found.

    The validity is the only sequence of two times among the signed parts.
    """
    ((_, outer),) = elements(certificate)
    (_, signed), *_ = elements(outer)
    for tag, part in elements(signed):
        inner = elements(part) if tag == SEQUENCE else []
        if inner and all(kind in TIMES for kind, _ in inner):
            kind, text = inner[-1]
            end = datetime.strptime(text.decode("ascii"), TIMES[kind])  # noqa: DTZ007  `Z` is UTC
            return end.replace(tzinfo=UTC).timestamp()
    msg = "no validity"
    raise ValueError(msg)
