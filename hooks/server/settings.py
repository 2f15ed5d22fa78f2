"""The settings of the service: environment variables, read once at start-up.

Each field, and each fact, is set by the variable with the same name in capitals; docs/settings.md
has a row for each.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Literal

from hooks.admission import InlineSecrets
from hooks.facts import (
    ALL_NAMESPACES,
    Facts,
    parse_flag,
    parse_kubernetes_version,
    parse_names,
    parse_release,
    parse_take_over,
    parse_url,
)
from hooks.server.listening import EVERY_ADDRESS

LogFormat = Literal["auto", "console", "json"]

DEFAULT_FACTS: Final = Facts()
FACTS: Final = frozenset(field.name for field in fields(Facts))
MEBIBYTE: Final = 1024 * 1024
LAST_PORT: Final = 65535
MOST_THREADS: Final = 512
MOST_CONNECTIONS: Final = 10_000
LONGEST_READ_SECONDS: Final = 60.0
LONGEST_FIELD_MANAGER: Final = 128
LOG_FORMATS: Final[tuple[LogFormat, ...]] = ("auto", "console", "json")
LOG_LEVELS: Final = ("debug", "info", "warning", "error")
POD_NAMESPACE: Final = "POD_NAMESPACE"
PROTECTION: Final = ("TLS_CERT_FILE", "TLS_KEY_FILE", "TOKENS_FILE")
FLAG_DIGITS: Final = {"1": "true", "0": "false"}

NAMESPACE: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
SECRET: Final = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
LABEL_VALUE: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")


class SettingsError(ValueError):
    """A setting has an invalid value; the message names the setting and the reason."""

    def __init__(self, name: str, reason: str) -> None:
        """Take the variable's name and the problem of its value, without the value."""
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings with their defaults; docs/settings.md describes each."""

    host: str = EVERY_ADDRESS
    port: int = 8080
    threads: int = 32
    max_calls: int = 0
    max_body_bytes: int = 128 * MEBIBYTE
    max_whole_body_bytes: int = 32 * MEBIBYTE
    read_seconds: float = 5.0
    max_connections: int = 400
    caller_seconds: float = 10.0
    log_format: LogFormat = "auto"
    log_level: str = "info"
    facts: Facts = DEFAULT_FACTS
    tls_cert_file: str = ""
    tls_key_file: str = ""
    tokens_file: str = ""
    insecure: bool = False
    etag: bool = False
    admission_port: int = 0
    inline_secrets: InlineSecrets = InlineSecrets.WARN
    record_directory: str = ""
    record_last: int = 10
    record_resources: int = 100
    record_bytes: int = 64 * MEBIBYTE

    @property
    def calls_at_once(self) -> int:
        """Return the maximum number of hook calls in progress: some threads are left for probes."""
        return self.max_calls or max(self.threads * 3 // 4, 1)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Return the addresses that the server binds to; an IPv6 address is in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        ports = (self.port, self.admission_port)
        return tuple(f"{host}:{port}" for port in ports if port)

    @property
    def tls(self) -> bool:
        """Return whether the service uses TLS."""
        return bool(self.tls_cert_file)

    @property
    def insecure_without(self) -> tuple[str, ...]:
        """Return the variables that must be set so that calls are encrypted and authenticated."""
        return tuple(name for name in PROTECTION if not getattr(self, name.lower()))


def from_environ(environ: Mapping[str, str]) -> Settings:
    """Return the settings in the variables; raises SettingsError for the first invalid one.

    An empty variable counts as not set.
    """
    defaults, given = _installation_defaults(environ), _given(environ)
    facts = defaults | {name: value for name, value in given.items() if name in FACTS}
    others = {name: value for name, value in given.items() if name not in FACTS}
    settings = Settings(facts=replace(DEFAULT_FACTS, **facts), **others)
    _check(settings)
    return settings


def _check(settings: Settings) -> None:
    """Raise SettingsError for settings that contradict each other."""
    if settings.tls_cert_file and not settings.tls_key_file:
        raise SettingsError(name="TLS_KEY_FILE", reason="must be set if TLS_CERT_FILE is set")
    if settings.tls_key_file and not settings.tls_cert_file:
        raise SettingsError(name="TLS_CERT_FILE", reason="must be set if TLS_KEY_FILE is set")
    if settings.admission_port == settings.port:
        raise SettingsError(name="ADMISSION_PORT", reason="must be another port than PORT")
    if settings.insecure_without and not settings.insecure:
        reason = "must be set; to start the service without it, set INSECURE=1"
        raise SettingsError(", ".join(settings.insecure_without), reason)


def _given(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of the variables that are set, by the names of their fields."""
    texts = {name: environ.get(name, "").strip() for name in READERS}
    return {name.lower(): _read(name, text) for name, text in texts.items() if text}


def _installation_defaults(environ: Mapping[str, str]) -> dict[str, Any]:
    text = environ.get(POD_NAMESPACE, "").strip()
    if not text:
        return {}
    try:
        return {"agent_namespaces": _namespaces(text), "installation_namespace": text}
    except ValueError as error:
        raise SettingsError(POD_NAMESPACE, str(error)) from None


def _read(name: str, text: str) -> object:
    try:
        return READERS[name](text)
    except ValueError as error:
        raise SettingsError(name, str(error)) from None


def _whole_number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or not least <= int(text) <= most:
            msg = f"must be a whole number from {least} to {most}"
            raise ValueError(msg)
        return int(text)

    return read


def _seconds(text: str) -> float:
    msg = f"must be a number of seconds above 0, at most {LONGEST_READ_SECONDS:g}"
    try:
        seconds = float(text)
    except ValueError:
        raise ValueError(msg) from None
    if not 0 < seconds <= LONGEST_READ_SECONDS:
        raise ValueError(msg)
    return seconds


def _one_of(choices: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in choices:
            msg = f"must be one of {', '.join(choices)}"
            raise ValueError(msg)
        return text.lower()

    return read


def _flag(text: str) -> bool:
    return parse_flag(FLAG_DIGITS.get(text, text))


def _inline_secrets(text: str) -> InlineSecrets:
    for choice in InlineSecrets:
        if text.lower() == choice.value.lower():
            return choice
    msg = "must be Allow, Warn or Deny"
    raise ValueError(msg)


def _namespaces(text: str) -> tuple[str, ...]:
    names = parse_names(text)
    if not names or not all(name == ALL_NAMESPACES or NAMESPACE.fullmatch(name) for name in names):
        msg = "must be names of namespaces separated by commas, or *"
        raise ValueError(msg)
    return names


def _namespace(text: str) -> str:
    if not NAMESPACE.fullmatch(text):
        msg = "must be the name of a namespace"
        raise ValueError(msg)
    return text


def _secrets(text: str) -> tuple[str, ...]:
    names = parse_names(text)
    if not names or not all(SECRET.fullmatch(name) for name in names):
        msg = "must be names of Secrets separated by commas"
        raise ValueError(msg)
    return names


def _label_value(text: str) -> str:
    if not LABEL_VALUE.fullmatch(text):
        msg = (
            "must be a label value: at most 63 letters, digits, '.', '_' and '-', starting "
            "and ending with a letter or digit"
        )
        raise ValueError(msg)
    return text


def _directory(text: str) -> str:
    if not text.startswith("/") or not text.isprintable():
        msg = "must be an absolute path of a directory"
        raise ValueError(msg)
    return text


def _field_manager(text: str) -> str:
    if len(text) > LONGEST_FIELD_MANAGER or not text.isprintable():
        msg = f"must be at most {LONGEST_FIELD_MANAGER} printable characters"
        raise ValueError(msg)
    return text


READERS: Final[Mapping[str, Callable[[str], object]]] = {
    "HOST": str,
    "PORT": _whole_number(1, LAST_PORT),
    "THREADS": _whole_number(1, MOST_THREADS),
    "MAX_CALLS": _whole_number(1, MOST_THREADS),
    "MAX_BODY_BYTES": _whole_number(1, 2**40),
    "MAX_WHOLE_BODY_BYTES": _whole_number(1, 2**40),
    "READ_SECONDS": _seconds,
    "MAX_CONNECTIONS": _whole_number(1, MOST_CONNECTIONS),
    "CALLER_SECONDS": _seconds,
    "LOG_FORMAT": _one_of(LOG_FORMATS),
    "LOG_LEVEL": _one_of(LOG_LEVELS),
    "OPENSHIFT": _flag,
    "AGENT_NAMESPACES": _namespaces,
    "FIELD_MANAGER": _field_manager,
    "OPERATOR_VERSION": _label_value,
    "TAKE_OVER": parse_take_over,
    "ETCD_COPY_NAMESPACES": _namespaces,
    "NAMESPACE_DETAILS": _namespaces,
    "KUBERNETES_VERSION": parse_kubernetes_version,
    "NODE_ZONES": _flag,
    "POD_STATUS": _flag,
    "DOCS_URL": parse_url,
    "INSTALLATION_NAMESPACE": _namespace,
    "INSTALLATION_SECRETS": _secrets,
    "RELEASE": parse_release,
    "TLS_CERT_FILE": str,
    "TLS_KEY_FILE": str,
    "TOKENS_FILE": str,
    "INSECURE": _flag,
    "ETAG": _flag,
    "ADMISSION_PORT": _whole_number(1, LAST_PORT),
    "INLINE_SECRETS": _inline_secrets,
    "RECORD_DIRECTORY": _directory,
    "RECORD_LAST": _whole_number(1, 1000),
    "RECORD_RESOURCES": _whole_number(1, 10_000),
    "RECORD_BYTES": _whole_number(MEBIBYTE, 2**40),
}
"""The parser of each variable, which sets the field with that name in the settings or the facts."""
