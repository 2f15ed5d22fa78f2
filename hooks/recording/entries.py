"""The entries of Secrets: of each kind that the service reads or writes, the same kind again."""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from hooks.desired.agent.config_secret import BACKEND_FILES
from hooks.recording.public import PUBLIC_FILES, PUBLIC_PROPERTIES, Public, without_login
from hooks.recording.words import Words
from hooks.recording.yaml_texts import masked_yaml

CONFIGURATION: Final = "configuration.yaml"
DOCKER_FILES: Final = frozenset({".dockerconfigjson", ".dockercfg"})
CREDENTIALS: Final = ("key", "proxy.user", "proxy.password")
"""Lines in the file of a backend that hold a credential."""
PROPERTIES: Final = PUBLIC_PROPERTIES.union(CREDENTIALS)
"""The names in such a file; what else stands there is replaced with its name."""
NOBODY: Final = "_"
"""The user of Instana's registry."""
JSON_TEXT: Final = re.compile(r'("(?:[^"\\]|\\.)*+")(\s*:)?')
URL: Final = re.compile(r"[a-z][a-z0-9+.-]*://[^\s@/]+@[^\s@/]+")
LONGEST_LINE: Final = 12
"""A line of a text of several, such as a certificate, is known if it is not shorter."""


@dataclass(frozen=True, slots=True)
class Masked:
    """Replaces the values in Secrets."""

    words: Words
    public: Public

    def data(self, entries: dict[str, Any]) -> dict[str, Any]:
        """Return the `data` of a Secret."""
        return {name: self._encoded(name, value) for name, value in entries.items()}

    def base64(self, value: Any, replace: Callable[[bytes], bytes] | None = None) -> Any:
        """Return base64 with a stand-in inside; anything else has a stand-in that is no base64."""
        if not isinstance(value, str):
            return self.words.numbers.leaf(value)
        try:
            content = b64decode("".join(value.split()), validate=True)
        except ValueError:
            return self.words.value(value)
        replaced = (replace or self.words.numbers.stand_in_for_bytes)(content)
        return value if replaced == content else _in_base64(replaced, like=value)

    def entry(self, name: str, text: str) -> str:
        """Return the text of an entry of a Secret."""
        if self.public.is_public_file(name, text):
            return text
        if name == CONFIGURATION:
            return masked_yaml(self.words.numbers, text)
        if name.startswith(BACKEND_FILES):
            return "".join(map(self._property, text.splitlines(keepends=True)))
        if name in DOCKER_FILES and _is_json(text):
            return JSON_TEXT.sub(self._json_text, text)
        if URL.fullmatch(text) and without_login(text) == self.public.proxy:
            return self.words.text(text)
        return self.words.value(text)

    def _encoded(self, name: str, value: Any) -> Any:
        def replace(content: bytes) -> bytes:
            try:
                return self.entry(name, content.decode()).encode()
            except UnicodeDecodeError:
                return self.words.numbers.stand_in_for_bytes(content)

        return self.base64(value, replace)

    def _property(self, line: str) -> str:
        """Return a line of a properties file, in which backslashes are doubled."""
        text = line.rstrip("\n")
        name, equals, value = text.partition("=")
        if text in self.public.properties:
            return line
        if name not in PROPERTIES or not equals:  # A secret may end in the padding of base64.
            return self.words.value(line)
        stand_in = self.words.value(value.replace("\\\\", "\\"))
        return f"{name}={stand_in}" + line[len(text) :]

    def _json_text(self, found: re.Match[str]) -> str:
        """Return a text in JSON; the name of a field stays."""
        if found[2] is not None:
            return found[0]
        return json.dumps(self._login(str(json.loads(found[1]))))

    def _login(self, text: str) -> str:
        login = login_in(text)
        if login is None:
            return self.words.value(text)
        user, colon, password = login.partition(":")
        of_user = user if user == NOBODY else self.words.value(user)
        return _in_base64(f"{of_user}{colon}{self.words.value(password)}".encode())


def login_in(text: str) -> str | None:
    """Return the `user:password` that is in base64, or None."""
    try:
        login = b64decode(text, validate=True).decode()
    except ValueError:
        return None
    return login if ":" in login else None


def values_of(name: str, text: str) -> Iterator[str]:
    """Yield the secret values in an entry of a Secret: what may be found again elsewhere."""
    if name.startswith(BACKEND_FILES):
        lines = (line.partition("=") for line in text.splitlines())
        yield from (value.replace("\\\\", "\\") for key, _, value in lines if key in CREDENTIALS)
    elif name in DOCKER_FILES:
        yield from _json_values(text)
    elif URL.fullmatch(text):
        login = text.partition("://")[2].rpartition("@")[0]
        yield from map(unquote, login.split(":", 1))
    elif name not in PUBLIC_FILES and name != CONFIGURATION:
        yield from _lines_of(text)


def _json_values(text: str) -> Iterator[str]:
    for found in JSON_TEXT.finditer(text):
        if found[2] is None:
            value = _plain(found[1])
            yield from (login_in(value) or value).split(":", 1)


def _lines_of(text: str) -> Iterator[str]:
    """Yield a text, and its lines if there are several: they may be indented elsewhere."""
    yield text.strip()
    lines = text.strip().splitlines()
    if len(lines) > 1:
        yield from (line.strip() for line in lines if len(line.strip()) >= LONGEST_LINE)


def _plain(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:
        return text


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _in_base64(content: bytes, like: str = "") -> str:
    """Return base64; with a line break at its end where that which it replaces has white space."""
    encoded = b64encode(content).decode("ascii")
    return encoded if "".join(like.split()) == like else f"{encoded}\n"
