"""The user's Secrets with credentials, as far as they were observed."""

import re
from dataclasses import dataclass
from typing import Final

from hooks.contract import SECRET
from hooks.kube.encoding import decoded
from hooks.kube.objects import Obj, as_object
from hooks.models import InstanaAgent
from hooks.models.references import NOT_LITERAL
from hooks.observed import Lookup, ObservedObjects, Presence
from hooks.rules.bounds import LONGEST_CREDENTIAL

MAIN_KEY = "key"
NOT_IN_FILES = "'${', '$[', '\\{', '\\}' or two '\\' in it, which a file may not give back"
A_LINE = f"a single line of text, at most {LONGEST_CREDENTIAL:,} characters"
LONGEST_WRITTEN: Final = LONGEST_CREDENTIAL * 8
"""Of a credential in base64: a character takes at most four bytes, and white space is left out."""

LINE_BREAK = re.compile(r"[\r\n\x00]")


@dataclass(frozen=True, slots=True)
class KeyStore:
    """A Secret of the user's with keys and credentials."""

    name: str
    lookup: Lookup

    @property
    def is_named(self) -> bool:
        """Return whether the resource names such a Secret."""
        return bool(self.name)

    @property
    def is_known(self) -> bool:
        """Return whether its content is known; with none named there is nothing to know."""
        return not self.is_named or self.lookup.found

    def text(self, entry: str, *, in_file: bool = False) -> str:
        """Return an entry's text; empty where it is missing, unreadable or not one line.

        `in_file`: it is written into a file of the agent's, and empty if that cannot be.
        """
        return credential_in(self.lookup.obj, entry, in_file=in_file)


def key_store(agent: InstanaAgent, related: ObservedObjects, name: str) -> KeyStore:
    """Return the user's Secret of that name; with no name, one that holds nothing."""
    if not name:
        return KeyStore("", Lookup(Presence.MISSING))
    return KeyStore(name, related.look_up(SECRET, agent.namespace, name))


def credential_in(secret: Obj, entry: str, *, in_file: bool = False) -> str:
    """Return the text of an entry that is a credential, a single line; else an empty one.

    So is one that would not arrive `in_file` as it is written, and one that is longer than any
    credential: it would be in the files of each backend.
    """
    written = as_object(secret.get("data")).get(entry)
    if isinstance(written, str) and len(written) > LONGEST_WRITTEN:
        return ""
    text = decoded(secret, entry)
    is_line = len(text) <= LONGEST_CREDENTIAL and not LINE_BREAK.search(text)
    return text if is_line and not (in_file and NOT_LITERAL.search(text)) else ""
