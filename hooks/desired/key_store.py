"""The Secret that `spec.agent.keysSecret` names, as far as it was observed."""

import re
from dataclasses import dataclass

from hooks.desired.names import SECRET
from hooks.kube.encoding import decoded
from hooks.models import InstanaAgent
from hooks.observed import ObservedObjects, Presence

MAIN_KEY = "key"
LINE_BREAK = re.compile(r"[\r\n\x00]")


@dataclass(frozen=True, slots=True)
class KeyStore:
    """The user's Secret with keys and credentials; its entries win over the resource's values."""

    name: str
    presence: Presence
    texts: dict[str, str]
    """Its entries that are a single line of text."""
    main_key: str
    """The main backend's key, from the Secret or the resource; empty where there is none."""

    @property
    def is_named(self) -> bool:
        """Tell whether the resource names such a Secret."""
        return bool(self.name)

    @property
    def is_known(self) -> bool:
        """Tell whether its content is known; with none named there is nothing to know."""
        return not self.is_named or self.presence is Presence.FOUND

    @property
    def is_usable(self) -> bool:
        """Tell whether it is known and there is a key, without which nobody can report."""
        return self.is_known and bool(self.main_key)

    def text(self, entry: str) -> str:
        """Return an entry's text; empty where it is missing, unreadable or not one line."""
        return self.texts.get(entry, "")


def key_store(agent: InstanaAgent, related: ObservedObjects) -> KeyStore:
    """Return the key store of the resource; with none named, one that holds nothing."""
    name = agent.spec.agent.keys_secret
    if not name:
        return KeyStore("", Presence.MISSING, {}, agent.spec.agent.key)
    lookup = related.look_up(SECRET, agent.namespace, name)
    texts = {entry: decoded(lookup.obj, entry) for entry in lookup.obj.get("data") or {}}
    single_lines = {entry: text for entry, text in texts.items() if not LINE_BREAK.search(text)}
    main_key = single_lines.get(MAIN_KEY) or agent.spec.agent.key
    return KeyStore(name, lookup.presence, single_lines, main_key)
