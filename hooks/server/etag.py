"""Entity tags: a caller that still has the answer to the same request is told to use it.

Metacontroller sends the tag of the last answer for a resource in If-None-Match. A tag is that of a
request, so it is known before the request is read, and only answers that do not depend on the time
carry it: whoever sends it back got an answer that would be given again.
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
"""Processors have instructions for it: half the time of BLAKE2 on a request of usual size."""

CODE: Final = Path(hooks.__file__).parent


class Tags:
    """The tags of one installation: other facts or other code, other tags."""

    def __init__(self, facts: Facts) -> None:
        """Take in all that an answer depends on besides the request and the time."""
        digest = hashlib.new(HASH, hooks.__version__.encode())
        digest.update(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS))
        for file in sorted(CODE.rglob("*.py")):
            digest.update(file.read_bytes())
        self._key = digest.digest()

    def of(self, path: str, body: bytes) -> str:
        """Return the tag of the answer to a body sent to a path."""
        return hmac.digest(self._key, path.encode() + b"\n" + body, HASH).hex()


def has(known: ETags, tag: str) -> bool:
    """Tell whether the caller has the answer with the tag; `*` names none.

    Weak or not is the same here, as RFC 9110 wants it for If-None-Match.
    """
    return not known.star_tag and known.contains_weak(tag)
