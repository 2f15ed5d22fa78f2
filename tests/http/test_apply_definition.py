"""`python -m hooks apply-definition`, which the chart's Job runs, against a stand-in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hooks.cli.program.command_line import main
from hooks.generate.crd import agents_crd
from tests.http.stand_in import StandIn, standing_in

NAME = "agents.instana.io"
PATH = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{NAME}"
TOKEN = "token-of-the-pod"


@pytest.fixture(name="stored")
def _stored(tmp_path: Path) -> Iterator[StandIn]:
    """An API server that has the definition."""
    present = agents_crd() | {"metadata": {"name": NAME, "resourceVersion": "7"}}
    present["spec"] = {**present["spec"], "conversion": {"strategy": "None"}}
    with standing_in(tmp_path, present) as stored:
        yield stored


def run(stored: StandIn, *options: str, **environ: str) -> Result:
    token = stored.ca_file.with_name("token")
    token.write_text(f"{TOKEN}\n")
    files = ["--ca-file", str(stored.ca_file), "--token-file", str(token)]
    return CliRunner().invoke(main, ["apply-definition", *options, *files], env=environ)


def test_definition_becomes_that_of_this_version(stored: StandIn) -> None:
    stored.answer["spec"]["versions"] = [{"name": "v1", "schema": {"formerly": True}}]

    result = run(stored, "--url", stored.url)

    assert (result.exit_code, result.stderr) == (0, "")
    assert stored.answer["spec"]["versions"] == agents_crd()["spec"]["versions"]
    assert stored.answer["metadata"]["resourceVersion"] == "7"
    assert stored.answer["spec"]["conversion"] == {"strategy": "None"}
    assert [(method, path.partition("?")[0]) for method, path, _ in stored.requests] == [
        ("GET", PATH),
        ("PUT", PATH),
    ]
    assert {token for _, _, token in stored.requests} == {f"Bearer {TOKEN}"}


def test_same_definition_is_not_written(stored: StandIn) -> None:
    result = run(stored, "--url", stored.url)

    assert result.stdout == f"{NAME} is already of this version\n"
    assert [method for method, _, _ in stored.requests] == ["GET"]


def test_refusal_is_told(stored: StandIn) -> None:
    stored.status = 403

    result = run(stored, "--url", stored.url)

    assert result.exit_code == 1
    assert "failed with 403" in result.stderr
    assert TOKEN not in result.output


@pytest.mark.parametrize(
    ("host", "shown"), [("127.0.0.1", "https://127.0.0.1:1/"), ("::1", "https://[::1]:1/")]
)
def test_pod_knows_the_api_server_by_its_environment(
    host: str, shown: str, stored: StandIn
) -> None:
    result = run(stored, KUBERNETES_SERVICE_HOST=host, KUBERNETES_SERVICE_PORT="1")

    assert result.exit_code == 1
    assert shown in result.stderr
