"""Who may call the hooks: callers that send one of the bearer tokens in a mounted file."""

import hmac
import re
from pathlib import Path
from typing import Final

from hooks.errors import HookError
from hooks.server.files import Followed
from hooks.server.settings import SettingsError

SHORTEST_TOKEN: Final = 16
TOKEN: Final = re.compile(rb"[!-~]{%d,}" % SHORTEST_TOKEN)
SCHEME: Final = "bearer"


class Unauthorized(HookError):
    """The call has no token, or one that is not accepted."""

    type = "unauthorized"
    http_status = 401


class Tokens(Followed[tuple[bytes, ...]]):
    """The accepted tokens; several, so that they can be replaced without rejecting calls."""

    setting = "TOKENS_FILE"

    def load(self, *files: str) -> tuple[bytes, ...]:
        """Return the tokens in the files, one per line; raises OSError or SettingsError."""
        lines = [line.strip() for file in files for line in Path(file).read_bytes().splitlines()]
        tokens = tuple(line for line in lines if line)
        if not tokens or not all(TOKEN.fullmatch(token) for token in tokens):
            reason = (
                f"must have one token per line, each with at least {SHORTEST_TOKEN} ASCII "
                "characters"
            )
            raise SettingsError(self.setting, reason)
        return tokens

    def check(self, authorization: str) -> None:
        """Check the Authorization header; raises Unauthorized unless it has an accepted token.

        It is compared with each token, in the same time whether it is equal or not.
        """
        scheme, _, credentials = authorization.partition(" ")
        given = credentials.strip().encode("utf-8", "surrogatepass")
        equal = [hmac.compare_digest(given, token) for token in self.current()]
        if scheme.lower() != SCHEME or not any(equal):
            msg = "the call must have a valid bearer token"
            raise Unauthorized(msg)
