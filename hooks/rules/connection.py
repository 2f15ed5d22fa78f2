"""Rules on how the agent connects to backends and mirrors: keys, hosts, ports, proxy, logins."""

from collections.abc import Iterable, Iterator

from hooks.kube.objects import Obj
from hooks.models.agent import DEFAULT_ENDPOINT_PORT
from hooks.models.references import NOT_LITERAL
from hooks.rules.expression import (
    Expression,
    all_of,
    any_of,
    equally,
    given,
    if_has,
    none_of,
    on,
    present,
)
from hooks.rules.patterns import HIGHEST_PORT, HOST, PORT
from hooks.rules.rule import Rule, Severity
from hooks.rules.values import contains, each, equal, matches

BACKENDS = "spec.agent.additionalBackends"
BACKEND: Obj = {"endpointHost": "second.example", "endpointPort": "443", "key": "second-key"}
HOSTS = ("spec.agent.endpointHost", "spec.agent.proxyHost", f"{BACKENDS}[].endpointHost")
PORTS = ("spec.agent.endpointPort", "spec.agent.proxyPort", f"{BACKENDS}[].endpointPort")
PROXY_PROTOCOLS = ("http", "https", "socks4", "socks5")
PROXY_TEXTS = ("proxyPort", "proxyProtocol", "proxyUser", "proxyPassword")

PROXY_REFERENCES = tuple(
    f"{field}SecretKeyRef" for field in ("proxyUser", "proxyPassword", "httpsProxy")
)

LINES = (
    "spec.agent.key",
    "spec.agent.proxyProtocol",
    "spec.agent.proxyUser",
    "spec.agent.proxyPassword",
    f"{BACKENDS}[].key",
)


def _same_backends(agent: Obj) -> Iterator[str]:
    known = {_address(agent)}
    for index, backend in enumerate(agent.get("additionalBackends") or ()):
        address = _address(backend)
        if address in known and address[-1]:
            yield f".additionalBackends[{index}]"
        known.add(address)


def _address(backend: Obj) -> tuple[str, str, str]:
    host, port = (
        backend.get("endpointHost") or "",
        backend.get("endpointPort") or DEFAULT_ENDPOINT_PORT,
    )
    return host, port, backend.get("key") or ""


def _address_of(backend: str) -> str:
    """Return the CEL expression for host, port and key of a backend, or of the agent itself."""
    port, key = f"{backend}.endpointPort", f"{backend}.key"
    given_port = f"{port} != '' ? {port} : '{DEFAULT_ENDPOINT_PORT}'"
    return f"[{backend}.endpointHost, {given_port}, has({key}) ? {key} : '']"


def _login(field: str) -> Expression:
    """Return the expression that holds if a part of the proxy's login is given."""
    return (given(field) | present(f"{field}SecretKeyRef")).at(f".{field}")


REFERENCE = "SecretKeyRef"

LOGINS = {
    "agentReleaseRepoMirrorUrl": (
        "agentReleaseRepoMirrorUsername",
        "agentReleaseRepoMirrorPassword",
    ),
    "instanaSharedRepoMirrorUrl": (
        "instanaSharedRepoMirrorUsername",
        "instanaSharedRepoMirrorPassword",
    ),
}
"""The login fields of each mirror, by the field of its URL."""

VALUES = (
    "downloadKey",
    "proxyUser",
    "proxyPassword",
    *(field for login in LOGINS.values() for field in login),
)
"""Fields of the agent for which a reference can be given instead; the key has its own rule."""

CREDENTIALS = (
    "spec.agent.key",
    *(f"spec.agent.{field}" for field in VALUES),
    f"{BACKENDS}[].key",
)
"""Values in which every character counts."""

ENTRY: Obj = {"name": "instana-keys", "key": "entry"}


def _is_alone(field: str) -> Expression:
    """Return the expression that holds if not both a value and its reference are given."""
    return ~present(f"{field}{REFERENCE}") | ~given(field)


def _is_without(fields: Iterable[str]) -> Expression:
    """Return the expression that holds if neither the values nor their references are given."""
    return all_of(*(~given(field) & ~present(f"{field}{REFERENCE}") for field in fields))


RULES = (
    Rule(
        "key-source",
        ("spec.agent",),
        "an agent needs an agent key to report: name an entry of a Secret in "
        "keySecretKeyRef, or a Secret with an entry `key` in keysSecret, or set key",
        bad={"agent": {"key": None}},
        good={"agent": {"key": None, "keysSecret": "instana-keys"}},
        must=any_of(given("key"), present("keySecretKeyRef"), given("keysSecret")).at(""),
    ),
    Rule(
        "backend-key",
        ("spec.agent",),
        "an additional backend needs an agent key: name an entry of a Secret in its "
        "keySecretKeyRef, or a Secret with entries key-1, key-2, ... in keysSecret, or "
        "set key",
        bad={"agent": {"additionalBackends": [BACKEND | {"key": ""}]}},
        good={"agent": {"additionalBackends": [BACKEND]}},
        must=given("keysSecret")
        | if_has("additionalBackends", each(present("keySecretKeyRef") | given("key"))),
        applied_anyway=True,
    ),
    Rule(
        "host",
        HOSTS,
        "must be a host name or an IP address, without scheme, port or path: set the "
        "port in its own field",
        bad={"agent": {"endpointHost": "https://backend.example/"}},
        good={"agent": {"endpointHost": "backend.example"}},
        must=equal("") | matches(HOST),
    ),
    Rule(
        "port",
        PORTS,
        f"must be a number from 1 to {HIGHEST_PORT}, in quotes",
        bad={"agent": {"endpointPort": "99999"}},
        good={"agent": {"endpointPort": "8443"}},
        must=equal("") | matches(PORT),
    ),
    Rule(
        "single-line",
        LINES,
        "must be a single line: remove the line breaks (in YAML, put the string in quotes)",
        bad={"agent": {"key": "two\nlines"}},
        good={"agent": {"key": "one line"}},
        must=matches(r"[^\r\n\x00]*"),
    ),
    Rule(
        "literal-value",
        LINES,
        "is written to a file in which the agent replaces variables and drops leading "
        "blanks: use a value without '${', '$[', '\\{', '\\}', two '\\' in a row, and "
        "leading blanks",
        bad={"agent": {"key": "dollar${brace"}},
        good={"agent": {"key": "dollar$and{brace}"}},
        must=~contains(NOT_LITERAL.pattern),
    ),
    Rule(
        "white-space",
        CREDENTIALS,
        "starts or ends with whitespace, which pods read as part of the value: remove "
        "it (in YAML, write |- instead of |, or put the string in quotes)",
        bad={"agent": {"key": "agent-key "}},
        good={"agent": {"key": "agent-key"}},
        must=~contains(r"^[ \t\r\n]|[ \t\r\n]$"),
        severity=Severity.WARNING,
    ),
    Rule(
        "backend-repeated",
        ("spec.agent",),
        "has the same host, port and key as another backend, so all data is sent twice: remove it",
        bad={"agent": {"additionalBackends": [BACKEND, BACKEND]}},
        good={"agent": {"additionalBackends": [BACKEND, BACKEND | {"key": "third-key"}]}},
        # Written twice: no expression compares the items with each other and with the whole.
        find=_same_backends,
        cel="!has(self.additionalBackends) || self.additionalBackends.all(b, "
        f"!({given('key').written('b')}) || (self.additionalBackends.exists_one(o, "
        f"{_address_of('o')} == {_address_of('b')}) && {_address_of('self')} != "
        f"{_address_of('b')}))",
        field=".additionalBackends",
        severity=Severity.WARNING,
    ),
    Rule(
        "proxy-host-missing",
        ("spec.agent",),
        "has no effect without proxyHost: set proxyHost, or remove this",
        bad={"agent": {"proxyPort": "3128"}},
        good={"agent": {"proxyHost": "proxy.example", "proxyPort": "3128"}},
        must=(
            given("proxyHost")
            | none_of(*map(given, PROXY_TEXTS), *map(present, PROXY_REFERENCES), on("proxyUseDNS"))
        ).shown_at(".proxyHost"),
        severity=Severity.WARNING,
    ),
    Rule(
        "proxy-protocol",
        ("spec.agent.proxyProtocol",),
        f"is not one of {', '.join(PROXY_PROTOCOLS)}, which agents and k8sensors "
        "support: use one of them, or remove it",
        bad={"agent": {"proxyHost": "proxy.example", "proxyProtocol": "socks"}},
        good={"agent": {"proxyHost": "proxy.example", "proxyProtocol": "socks5"}},
        must=equal("") | matches(f"(?i:{'|'.join(PROXY_PROTOCOLS)})"),
        severity=Severity.WARNING,
    ),
    Rule(
        "proxy-login",
        ("spec.agent",),
        "is missing, so the proxy is used without a login: set both user and password, "
        "preferably with proxyUserSecretKeyRef and proxyPasswordSecretKeyRef",
        bad={"agent": {"proxyHost": "proxy.example", "proxyUser": "agent"}},
        good={
            "agent": {
                "proxyHost": "proxy.example",
                "proxyUser": "agent",
                "keysSecret": "instana-keys",
            }
        },
        must=any_of(
            ~given("proxyHost"),
            given("keysSecret"),
            equally(_login("proxyUser"), _login("proxyPassword")),
        ),
        severity=Severity.WARNING,
    ),
    Rule(
        "key-and-keys-secret",
        ("spec.agent",),
        "has no effect because keySecretKeyRef, or an entry `key` of the keys Secret, "
        "takes precedence: remove it",
        bad={"agent": {"key": "example", "keysSecret": "instana-keys"}},
        good={"agent": {"key": None, "keysSecret": "instana-keys"}},
        must=(~present("keySecretKeyRef") & ~given("keysSecret")) | ~given("key"),
        severity=Severity.WARNING,
    ),
    Rule(
        "value-and-reference",
        ("spec.agent",),
        "the value has no effect because its reference (the field with the suffix "
        f"{REFERENCE}) takes precedence: remove the value",
        bad={"agent": {"downloadKey": "example", f"downloadKey{REFERENCE}": ENTRY}},
        good={"agent": {f"downloadKey{REFERENCE}": ENTRY}},
        must=all_of(*map(_is_alone, VALUES), if_has("additionalBackends", each(_is_alone("key")))),
        severity=Severity.WARNING,
    ),
    Rule(
        "mirror-url-missing",
        ("spec.agent",),
        "the login has no effect without the URL of its mirror "
        "(agentReleaseRepoMirrorUrl or instanaSharedRepoMirrorUrl): set the URL, or "
        "remove the login",
        bad={"agent": {"agentReleaseRepoMirrorUsername": "agent"}},
        good={
            "agent": {
                "agentReleaseRepoMirrorUrl": "https://mirror.example",
                "agentReleaseRepoMirrorUsername": "agent",
            }
        },
        must=all_of(*(given(url) | _is_without(fields) for url, fields in LOGINS.items())),
        severity=Severity.WARNING,
    ),
)
