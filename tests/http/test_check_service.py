"""`python -m hooks check-service`, which `helm test` runs, against a service that runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hooks.cli.program.command_line import main
from tests.http.authority import authority_in
from tests.http.service import Service, free_port, running
from tests.http.stand_in import standing_in

TOKEN = "token-sentinel-0123456789"


@pytest.fixture(name="protected", scope="module")
def _protected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    directory = tmp_path_factory.mktemp("protected")
    authority = authority_in(directory)
    tokens = directory / "tokens"
    tokens.write_text(f"{TOKEN}\n")
    settings = {**authority.settings(), "TOKENS_FILE": str(tokens)}
    (directory / "run").mkdir()
    with running(directory / "run", str(authority.ca_file), **settings) as service:
        yield service


def check(url: str, ca_file: str | Path, token: str, directory: Path) -> Result:
    file = directory / "token"
    file.write_text(token)
    options = ["--url", url, "--ca-file", str(ca_file), "--token-file", str(file)]
    return CliRunner().invoke(main, ["check-service", *options])


def test_service_that_answers_is_found_well(protected: Service, tmp_path: Path) -> None:
    result = check(protected.url(""), protected.ca_file or "", TOKEN, tmp_path)

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("/readyz: the service is ready\n/sync: the response has ")


def test_wrong_token_is_told_without_its_value(protected: Service, tmp_path: Path) -> None:
    result = check(protected.url(""), protected.ca_file or "", "wrong-sentinel", tmp_path)

    assert result.exit_code == 1
    assert "/sync failed with 401" in result.stderr
    assert "wrong-sentinel" not in result.output


def test_certificate_of_another_authority_is_told(protected: Service, tmp_path: Path) -> None:
    other = authority_in(tmp_path)

    result = check(protected.url(""), other.ca_file, TOKEN, tmp_path)

    assert result.exit_code == 1
    assert "certificate verify failed" in result.stderr


def test_service_that_is_not_there_is_told(protected: Service, tmp_path: Path) -> None:
    result = check(f"https://127.0.0.1:{free_port()}", protected.ca_file or "", TOKEN, tmp_path)

    assert result.exit_code == 1
    assert "/readyz: " in result.stderr


def test_answer_without_children_is_told(tmp_path: Path) -> None:
    with standing_in(tmp_path, {"children": []}) as other:
        result = check(other.url, other.ca_file, TOKEN, tmp_path)

    assert result.exit_code == 1
    assert "the response has no children" in result.stderr
