"""Whether a private key belongs to a certificate, as far as their encodings show.

Reads just enough of both: the public key in the certificate must contain the public half in the
private key. Anything unknown (encrypted keys, Ed25519, text that is not PEM) passes: the agent
decides about it.
"""

import re
from base64 import b64decode

from hooks.kube.der import SEQUENCE, elements

BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----")
CERTIFICATE = b"CERTIFICATE"
PRIVATE_KEYS = (b"PRIVATE KEY", b"RSA PRIVATE KEY", b"EC PRIVATE KEY")

INTEGER, OCTET_STRING = 0x02, 0x04
VERSION, PUBLIC_KEY_OF_EC = 0xA0, 0xA1
PLACE_OF_PUBLIC_KEY = 5


def belong_together(certificate: str, key: str) -> bool:
    """Return whether two PEM texts in base64 may be a pair; False only if certainly not."""
    try:
        of_certificate = _public_key(_block(certificate, (CERTIFICATE,)))
        of_key = _public_half(_block(key, PRIVATE_KEYS))
    except (ValueError, IndexError):  # binascii.Error is a ValueError
        return True
    return not of_key or of_key in of_certificate


def _block(text: str, kinds: tuple[bytes, ...]) -> bytes:
    """Return the DER of the first block of one of the kinds; raises ValueError, IndexError."""
    found = [body for kind, body in BLOCK.findall(b64decode(text)) if kind in kinds]
    return b64decode(found[0])


def _public_key(certificate: bytes) -> bytes:
    signed = elements(elements(certificate)[0][1])[0][1]
    fields = elements(signed)
    first = 1 if fields[0][0] == VERSION else 0
    return fields[first + PLACE_OF_PUBLIC_KEY][1]


def _public_half(key: bytes) -> bytes:
    """Return the modulus of an RSA key, or the point of an elliptic curve's; empty if unknown."""
    fields = elements(elements(key)[0][1])
    if [tag for tag, _ in fields[1:3]] == [SEQUENCE, OCTET_STRING]:
        fields = elements(elements(fields[2][1])[0][1])
    if fields[1][0] == INTEGER:
        return fields[1][1]
    points = [content for tag, content in fields if tag == PUBLIC_KEY_OF_EC]
    return elements(points[0])[0][1] if points else b""
