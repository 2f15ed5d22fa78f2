import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import structlog
from flask.testing import FlaskClient

from hooks.server.readiness import SELF_CHECK
from hooks.server.routes import create_app
from hooks.server.settings import Settings, SettingsError
from hooks.server.tokens import Tokens, Unauthorized

FIRST, SECOND, OTHER = (f"{name}-of-many-characters" for name in ("first", "second", "other"))
HOOKS = ("/sync", "/customize", "/cluster-rbac/sync", "/cluster-rbac/customize")


@pytest.fixture(name="file")
def _file(tmp_path: Path) -> Path:
    file = tmp_path / "tokens"
    write(file, FIRST, SECOND)
    return file


@pytest.fixture(name="client")
def _client(file: Path) -> FlaskClient:
    return create_app(Settings(tokens_file=str(file))).test_client()


def write(file: Path, *lines: str) -> None:
    """Replace the file."""
    new = file.with_suffix(".new")
    new.write_text("\n".join(lines))
    new.replace(file)


def accepts(tokens: Tokens, authorization: str) -> bool:
    try:
        tokens.check(authorization)
    except Unauthorized:
        return False
    return True


@pytest.mark.parametrize("token", [FIRST, SECOND])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_each_token_is_accepted(file: Path, scheme: str, token: str) -> None:
    assert accepts(Tokens(str(file)), f"{scheme} {token}")


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        FIRST,
        f"Basic {FIRST}",
        f"Bearer {OTHER}",
        f"Bearer {FIRST}{SECOND}",
        f"Bearer {FIRST} {SECOND}",
        f"Bearer {FIRST},Bearer {SECOND}",
        f"Bearer {FIRST}\n{SECOND}",
        f"Bearer {FIRST[:-1]}",
        f"Bearer {FIRST}x",
        f"Bearer {FIRST.upper()}",
        f"Bearer Bearer {FIRST}",
        "Bearer \xff\xfe",
        "Bearer \udcff",
        "Bearer " + "x" * 100_000,
    ],
)
def test_anything_else_is_refused_without_being_quoted(file: Path, authorization: str) -> None:
    with pytest.raises(Unauthorized) as caught:
        Tokens(str(file)).check(authorization)

    assert str(caught.value) == "the call must have a valid bearer token"


def test_every_token_is_compared(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []

    def compare(_given: bytes, token: bytes) -> bool:
        compared.append(token)
        return True

    monkeypatch.setattr("hmac.compare_digest", compare)
    Tokens(str(file)).check(f"Bearer {FIRST}")

    assert compared == [FIRST.encode(), SECOND.encode()]


@pytest.mark.parametrize(
    "lines", [(f"  {FIRST}\t",), ("", FIRST, "", " "), (f"{SECOND}\r", f"{FIRST}\r", "")]
)
def test_blank_lines_and_white_space_do_not_count(file: Path, lines: Sequence[str]) -> None:
    write(file, *lines)
    tokens = Tokens(str(file))

    assert accepts(tokens, f"Bearer {FIRST}")
    assert not accepts(tokens, "Bearer ")


@pytest.mark.parametrize(
    "lines",
    [(), ("", " "), ("x" * 15,), (FIRST, "x" * 15), (f"{FIRST} {SECOND}",), (FIRST + "\xe4",)],
)
def test_a_file_without_good_tokens_is_refused_without_being_quoted(
    file: Path, lines: Sequence[str]
) -> None:
    write(file, *lines)

    with pytest.raises(SettingsError) as caught:
        Tokens(str(file))

    expected = "TOKENS_FILE: must have one token per line, each with at least 16 ASCII characters"
    assert str(caught.value) == expected


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^TOKENS_FILE: FileNotFoundError$"):
        Tokens(str(tmp_path / "none"))


def test_a_changed_file_is_read_again(file: Path) -> None:
    tokens = Tokens(str(file))
    write(file, SECOND, OTHER)

    assert accepts(tokens, f"Bearer {OTHER}")
    assert not accepts(tokens, f"Bearer {FIRST}")


@pytest.mark.parametrize("spoil", [lambda file: write(file, "short"), os.unlink])
def test_a_file_that_became_unusable_leaves_the_last_good_tokens(
    file: Path, spoil: Callable[[Path], None]
) -> None:
    tokens = Tokens(str(file))
    spoil(file)
    with structlog.testing.capture_logs() as lines:
        for _ in range(3):
            assert accepts(tokens, f"Bearer {FIRST}")

    assert [(line["event"], line["setting"]) for line in lines] == [
        ("files not reloaded", "TOKENS_FILE")
    ]
    write(file, OTHER)
    assert accepts(tokens, f"Bearer {OTHER}")
    spoil(file)
    with structlog.testing.capture_logs() as lines:
        assert accepts(tokens, f"Bearer {OTHER}")
    assert len(lines) == 1


@pytest.mark.parametrize("path", HOOKS)
def test_every_hook_needs_a_token(client: FlaskClient, path: str) -> None:
    with structlog.testing.capture_logs() as lines:
        refused = client.post(path, json=SELF_CHECK, headers={"Authorization": f"Bearer {OTHER}"})
        accepted = client.post(path, json=SELF_CHECK, headers={"Authorization": f"Bearer {FIRST}"})

    assert refused.status_code == 401
    assert accepted.status_code != 401
    assert lines[0]["error"] == "unauthorized"
    assert OTHER not in repr(lines)
    assert FIRST not in repr(lines)


def test_all_routes_with_post_are_hooks() -> None:
    rules = create_app(Settings()).url_map.iter_rules()

    assert {str(rule) for rule in rules if "POST" in (rule.methods or ())} == set(HOOKS)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_probes_need_no_token(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_the_body_is_not_looked_at_without_a_token(client: FlaskClient) -> None:
    response = client.post("/sync", data=b"{", content_type="text/plain")

    assert response.status_code == 401
