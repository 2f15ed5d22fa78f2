"""Entity tags: a caller that still has the response to the same request should use it.

Metacontroller sends the tag of the last response for a resource in If-None-Match. A tag identifies
a request, so it is known before the request is read. Only responses that do not depend on the time
have one: a caller that sends a tag back has the response that it would get again.
"""

import hashlib
import hmac
from pathlib import Path
from typing import Final

import orjson
from werkzeug.datastructures import ETags

import hooks
from hooks.facts import Facts

HASH: Final = "sha256"
"""Processors have instructions for it: it takes half the time of BLAKE2 for a request of usual
size."""

CODE: Final = Path(hooks.__file__).parent


class Tags:
    """The tags of one installation: other facts or other code lead to other tags."""

    def __init__(self, facts: Facts) -> None:
        """Include everything that a response depends on, except the request and the time."""
        digest = hashlib.new(HASH, hooks.__version__.encode())
        digest.update(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS))
        for file in sorted(CODE.rglob("*.py")):
            digest.update(file.read_bytes())
        self._key = digest.digest()

    def of(self, path: str, body: bytes) -> str:
        """Return the tag of the response to a body sent to a path."""
        return hmac.digest(self._key, path.encode() + b"\n" + body, HASH).hex()


def has(known: ETags, tag: str) -> bool:
    """Return whether the caller has the response with the tag; `*` does not name any.

    Weak and strong tags are equal here, as RFC 9110 requires for If-None-Match.
    """
    return not known.star_tag and known.contains_weak(tag)
