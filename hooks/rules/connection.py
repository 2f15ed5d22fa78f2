"""Rules on how the agent reaches its backends: keys, hosts, ports, proxy."""

from collections.abc import Iterator

from hooks.kube.objects import Obj
from hooks.models.agent import DEFAULT_ENDPOINT_PORT
from hooks.models.references import NOT_LITERAL
from hooks.rules.patterns import HIGHEST_PORT, HOST, PORT
from hooks.rules.rule import Rule, Severity, full, given, matching, unless

BACKENDS = "spec.agent.additionalBackends"
BACKEND: Obj = {"endpointHost": "second.example", "endpointPort": "443", "key": "second-key"}
HOSTS = ("spec.agent.endpointHost", "spec.agent.proxyHost", f"{BACKENDS}[].endpointHost")
PORTS = ("spec.agent.endpointPort", "spec.agent.proxyPort", f"{BACKENDS}[].endpointPort")
PROXY_TEXTS = ("proxyPort", "proxyProtocol", "proxyUser", "proxyPassword")
PROXY_REFERENCES = tuple(
    f"{each}SecretKeyRef" for each in ("proxyUser", "proxyPassword", "httpsProxy")
)
LINES = (
    "spec.agent.key",
    "spec.agent.proxyProtocol",
    "spec.agent.proxyUser",
    "spec.agent.proxyPassword",
    f"{BACKENDS}[].key",
)

_is_host = full(HOST)
_is_port = full(PORT)
_is_line = full(r"[^\r\n\x00]*")


def _is_literal(text: str) -> bool:
    return NOT_LITERAL.search(text) is None


def _is_tcp_port(text: str) -> bool:
    return not text or (_is_port(text) and 0 < int(text) <= HIGHEST_PORT)


def _has_key_source(agent: Obj) -> bool:
    return bool(agent.get("key") or agent.get("keySecretKeyRef") or agent.get("keysSecret"))


def _keyless_backends(agent: Obj) -> Iterator[str]:
    if not agent.get("keysSecret"):
        for index, backend in enumerate(agent.get("additionalBackends") or ()):
            if not (backend.get("key") or backend.get("keySecretKeyRef")):
                yield f".additionalBackends[{index}].key"


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
    """Return the expression for host, port and key of a backend, or of the agent itself."""
    port, key = f"{backend}.endpointPort", f"{backend}.key"
    given_port = f"{port} != '' ? {port} : '{DEFAULT_ENDPOINT_PORT}'"
    return f"[{backend}.endpointHost, {given_port}, has({key}) ? {key} : '']"


def _lonely_proxy_fields(agent: Obj) -> Iterator[str]:
    if not agent.get("proxyHost"):
        for field in (*PROXY_TEXTS, *PROXY_REFERENCES, "proxyUseDNS"):
            if agent.get(field):
                yield f".{field}"


def _half_a_login(agent: Obj) -> Iterator[str]:
    user = agent.get("proxyUser") or agent.get("proxyUserSecretKeyRef")
    password = agent.get("proxyPassword") or agent.get("proxyPasswordSecretKeyRef")
    if agent.get("proxyHost") and not agent.get("keysSecret") and bool(user) != bool(password):
        yield ".proxyPassword" if user else ".proxyUser"


ALONE = " || ".join([*map(given, PROXY_TEXTS), *(f"has(self.{each})" for each in PROXY_REFERENCES)])

RULES = (
    Rule(
        "key-source",
        ("spec.agent",),
        "an agent needs a key to report: name the entry of a Secret in keySecretKeyRef, or a "
        "Secret with an entry `key` in keysSecret, or set key",
        bad={"agent": {"key": None}},
        good={"agent": {"key": None, "keysSecret": "instana-keys"}},
        find=unless(_has_key_source),
        cel=f"{given('key')} || has(self.keySecretKeyRef) || {given('keysSecret')}",
    ),
    Rule(
        "backend-key",
        ("spec.agent",),
        "a further backend needs a key: name the entry of a Secret in its keySecretKeyRef, or a "
        "Secret with entries key-1, key-2, ... in keysSecret, or set key",
        bad={"agent": {"additionalBackends": [BACKEND | {"key": ""}]}},
        good={"agent": {"additionalBackends": [BACKEND]}},
        find=_keyless_backends,
        cel=f"{given('keysSecret')} || !has(self.additionalBackends) || "
        "self.additionalBackends.all(b, has(b.keySecretKeyRef) || (has(b.key) && b.key != ''))",
        field=".additionalBackends",
        carried_out=True,
    ),
    Rule(
        "host",
        HOSTS,
        "must be a host name or an address alone, without scheme, port or path; the port has a "
        "field of its own",
        bad={"agent": {"endpointHost": "https://backend.example/"}},
        good={"agent": {"endpointHost": "backend.example"}},
        find=unless(lambda text: not text or _is_host(text)),
        cel=f"self == '' || {matching(HOST)}",
    ),
    Rule(
        "port",
        PORTS,
        f"must be a number from 1 to {HIGHEST_PORT}, in quotes",
        bad={"agent": {"endpointPort": "99999"}},
        good={"agent": {"endpointPort": "8443"}},
        find=unless(_is_tcp_port),
        cel=f"self == '' || ({matching(PORT)} && int(self) > 0 && int(self) <= {HIGHEST_PORT})",
    ),
    Rule(
        "single-line",
        LINES,
        "must be a single line: take out the line breaks (in YAML, write the text in quotes)",
        bad={"agent": {"key": "two\nlines"}},
        good={"agent": {"key": "one line"}},
        find=unless(_is_line),
        cel=matching(r"[^\r\n\x00]*"),
    ),
    Rule(
        "literal-value",
        LINES,
        "stands in a file in which the agent replaces variables and leaves out blanks in front: "
        "use a value without '${', '$[', '\\{', '\\}', two '\\' in a row, and blanks in front",
        bad={"agent": {"key": "dollar${brace"}},
        good={"agent": {"key": "dollar$and{brace}"}},
        find=unless(_is_literal),
        cel=f"!self.matches(r'{NOT_LITERAL.pattern}')",
    ),
    Rule(
        "backend-repeated",
        ("spec.agent",),
        "is there already with the same host, port and key, so that all data is sent twice: "
        "take it out",
        bad={"agent": {"additionalBackends": [BACKEND, BACKEND]}},
        good={"agent": {"additionalBackends": [BACKEND, BACKEND | {"key": "third-key"}]}},
        find=_same_backends,
        cel=f"!has(self.additionalBackends) || self.additionalBackends.all(b, !{given('key', 'b')} "
        f"|| (self.additionalBackends.exists_one(o, {_address_of('o')} == {_address_of('b')}) && "
        f"{_address_of('self')} != {_address_of('b')}))",
        field=".additionalBackends",
        severity=Severity.WARNING,
    ),
    Rule(
        "proxy-host-missing",
        ("spec.agent",),
        "has no effect without proxyHost: set that, or take this out",
        bad={"agent": {"proxyPort": "3128"}},
        good={"agent": {"proxyHost": "proxy.example", "proxyPort": "3128"}},
        find=_lonely_proxy_fields,
        cel=f"{given('proxyHost')} || !({ALONE} || (has(self.proxyUseDNS) && self.proxyUseDNS))",
        field=".proxyHost",
        severity=Severity.WARNING,
    ),
    Rule(
        "proxy-login",
        ("spec.agent",),
        "is missing, and the proxy is used without a login: give both user and password, best "
        "by proxyUserSecretKeyRef and proxyPasswordSecretKeyRef",
        bad={"agent": {"proxyHost": "proxy.example", "proxyUser": "agent"}},
        good={
            "agent": {
                "proxyHost": "proxy.example",
                "proxyUser": "agent",
                "keysSecret": "instana-keys",
            }
        },
        find=_half_a_login,
        cel=f"!{given('proxyHost')} || {given('keysSecret')} || "
        f"(({given('proxyUser')} || has(self.proxyUserSecretKeyRef)) == "
        f"({given('proxyPassword')} || has(self.proxyPasswordSecretKeyRef)))",
        field=".proxyPassword",
        severity=Severity.WARNING,
    ),
)
