from dataclasses import fields
from pathlib import Path

import pytest

from hooks import __version__
from hooks.admission import InlineSecrets
from hooks.facts import Facts, TakeOver
from hooks.server.settings import READERS, Settings, SettingsError, from_environ

DOCUMENTATION = Path("docs/settings.md").read_text(encoding="utf-8")
INSECURE = {"INSECURE": "1"}
PROTECTED = {"TLS_CERT_FILE": "/tls.crt", "TLS_KEY_FILE": "/tls.key", "TOKENS_FILE": "/tokens"}
FACTS = "facts"
VARIABLES = [
    field.name.upper() for field in (*fields(Settings), *fields(Facts)) if field.name != FACTS
]


def test_nothing_set_gives_the_defaults() -> None:
    assert from_environ(INSECURE) == Settings(insecure=True)


def test_an_empty_variable_is_one_that_is_not_set() -> None:
    assert from_environ({"PORT": "", "OPENSHIFT": " "} | INSECURE) == Settings(insecure=True)


def test_every_setting_is_read() -> None:
    settings = from_environ(
        {
            "HOST": "127.0.0.1",
            "PORT": "9000",
            "THREADS": "4",
            "MAX_BODY_BYTES": "1000",
            "MAX_WHOLE_BODY_BYTES": "900",
            "READ_SECONDS": "0.5",
            "MAX_CALLS": "3",
            "MAX_CONNECTIONS": "50",
            "CALLER_SECONDS": "7",
            "LOG_FORMAT": "JSON",
            "LOG_LEVEL": "Debug",
            "OPENSHIFT": "true",
            "AGENT_NAMESPACES": "b, a",
            "FIELD_MANAGER": "someone",
            "OPERATOR_VERSION": "1.2.3",
            "TLS_CERT_FILE": "/tls/tls.crt",
            "TLS_KEY_FILE": "/tls/tls.key",
            "TOKENS_FILE": "/tokens/tokens",
            "INSECURE": "false",
            "ETAG": "true",
            "TAKE_OVER": "update",
            "ADMISSION_PORT": "9443",
            "INLINE_SECRETS": "deny",
            "ETCD_COPY_NAMESPACES": "instana-agent",
            "KUBERNETES_VERSION": " v1.35.2+k3s1 ",
            "NODE_ZONES": "1",
            "POD_STATUS": "1",
            "NAMESPACE_DETAILS": "b, a",
            "DOCS_URL": "https://docs.example/1.2/",
            "INSTALLATION_NAMESPACE": "a",
            "INSTALLATION_SECRETS": "b.tls, a",
        }
    )

    assert settings == Settings(
        host="127.0.0.1",
        port=9000,
        threads=4,
        max_body_bytes=1000,
        max_whole_body_bytes=900,
        read_seconds=0.5,
        max_calls=3,
        max_connections=50,
        caller_seconds=7.0,
        log_format="json",
        log_level="debug",
        facts=Facts(
            openshift=True,
            agent_namespaces=("a", "b"),
            field_manager="someone",
            operator_version="1.2.3",
            take_over=TakeOver.UPDATE,
            etcd_copy_namespaces=("instana-agent",),
            kubernetes_version="v1.35.2+k3s1",
            node_zones=True,
            pod_status=True,
            namespace_details=("a", "b"),
            docs_url="https://docs.example/1.2",
            installation_namespace="a",
            installation_secrets=("a", "b.tls"),
        ),
        tls_cert_file="/tls/tls.crt",
        tls_key_file="/tls/tls.key",
        tokens_file="/tokens/tokens",
        insecure=False,
        etag=True,
        admission_port=9443,
        inline_secrets=InlineSecrets.DENY,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("PORT", "-1"),
        ("PORT", "²"),
        ("THREADS", "0"),
        ("THREADS", "1.5"),
        ("MAX_BODY_BYTES", "1Mi"),
        ("READ_SECONDS", "0"),
        ("MAX_CONNECTIONS", "0"),
        ("CALLER_SECONDS", "0"),
        ("READ_SECONDS", "nan"),
        ("READ_SECONDS", "inf"),
        ("READ_SECONDS", "soon"),
        ("LOG_FORMAT", "xml"),
        ("LOG_LEVEL", "loud"),
        ("OPENSHIFT", "yes"),
        ("INSECURE", "2"),
        ("ETAG", "on"),
        ("DOCS_URL", "docs.example"),
        ("DOCS_URL", "javascript:alert(1)"),
        ("DOCS_URL", "https://docs.example/a b"),
        ("DOCS_URL", "https://" + "a" * 249),
        ("KUBERNETES_VERSION", "latest"),
        ("KUBERNETES_VERSION", "1"),
        ("NODE_ZONES", "yes"),
        ("POD_STATUS", "yes"),
        ("AGENT_NAMESPACES", "Team_A"),
        ("AGENT_NAMESPACES", ","),
        ("INSTALLATION_NAMESPACE", "a,b"),
        ("INSTALLATION_SECRETS", ","),
        ("INSTALLATION_SECRETS", "of-ours,Of_Ours"),
        ("FIELD_MANAGER", "x" * 129),
        ("OPERATOR_VERSION", "-1"),
        ("POD_NAMESPACE", "Team_A"),
        ("TAKE_OVER", "Never"),
        ("RELEASE", "v1 final"),
        ("RELEASE", "x" * 129),
        ("ADMISSION_PORT", "0"),
        ("ADMISSION_PORT", "https"),
        ("ADMISSION_PORT", "8080"),
        ("INLINE_SECRETS", "Refuse"),
    ],
)
def test_a_wrong_value_is_refused_by_name_without_being_quoted(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name}: must be ") as caught:
        from_environ({name: value})

    assert caught.value.name == name
    assert f"{value!r}" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "missing"),
    [("TLS_CERT_FILE", "TLS_KEY_FILE"), ("TLS_KEY_FILE", "TLS_CERT_FILE")],
)
def test_tls_needs_both_files(given: str, missing: str) -> None:
    with pytest.raises(SettingsError) as caught:
        from_environ(INSECURE | {given: "/some/file"})

    assert caught.value.name == missing


def test_tls_is_spoken_with_both_files_only() -> None:
    assert not from_environ(INSECURE).tls
    assert from_environ(PROTECTED).tls


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ((), "TLS_CERT_FILE, TLS_KEY_FILE, TOKENS_FILE"),
        (("TLS_CERT_FILE", "TLS_KEY_FILE"), "TOKENS_FILE"),
        (("TOKENS_FILE",), "TLS_CERT_FILE, TLS_KEY_FILE"),
    ],
)
@pytest.mark.parametrize("insecure", ["", "0", "false"])
def test_certificate_and_tokens_must_be_there(
    given: tuple[str, ...], missing: str, insecure: str
) -> None:
    environ = {name: PROTECTED[name] for name in given}

    with pytest.raises(SettingsError) as caught:
        from_environ(environ | {"INSECURE": insecure})

    remedy = "to start the service without it, set INSECURE=1"
    assert str(caught.value) == f"{missing}: must be set; {remedy}"


@pytest.mark.parametrize("insecure", ["1", "true", "True"])
def test_what_is_given_is_used_where_something_is_missing(insecure: str) -> None:
    settings = from_environ({"INSECURE": insecure, "TOKENS_FILE": "/tokens"})

    assert settings.tokens_file == "/tokens"
    assert settings.insecure_without == ("TLS_CERT_FILE", "TLS_KEY_FILE")


def test_nothing_is_missing_with_certificate_and_tokens() -> None:
    assert from_environ(PROTECTED).insecure_without == ()


def test_the_installation_s_namespace_is_the_default_of_the_agents() -> None:
    installed = INSECURE | {"POD_NAMESPACE": "monitoring"}

    assert from_environ(installed).facts.agent_namespaces == ("monitoring",)
    assert from_environ(installed | {"AGENT_NAMESPACES": "*"}).facts.agent_namespaces == ("*",)


def test_the_facts_are_the_settings_that_matter_to_the_desired_state() -> None:
    given = {"OPENSHIFT": "true", "AGENT_NAMESPACES": "*", "FIELD_MANAGER": "x"}
    settings = from_environ(INSECURE | given)

    assert settings.facts == Facts(
        openshift=True,
        agent_namespaces=("*",),
        operator_version=__version__,
        field_manager="x",
    )


@pytest.mark.parametrize(
    ("host", "address"), [("0.0.0.0", "0.0.0.0:8080"), ("::", "[::]:8080"), ("::1", "[::1]:8080")]
)
def test_an_ipv6_address_is_put_in_brackets(host: str, address: str) -> None:
    assert Settings(host=host).addresses == (address,)


def test_webhooks_have_an_address_of_their_own() -> None:
    settings = Settings(host="::1", admission_port=9443)

    assert settings.addresses == ("[::1]:8080", "[::1]:9443")


def test_every_setting_has_a_reader() -> None:
    assert set(READERS) == set(VARIABLES)


@pytest.mark.parametrize("variable", VARIABLES)
def test_every_setting_is_documented(variable: str) -> None:
    assert f"| `{variable}` |" in DOCUMENTATION
