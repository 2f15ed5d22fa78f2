"""Entity tags as Metacontroller uses them: the tag of the last answer goes into If-None-Match."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import requests

from tests.http.service import Service, running

BODY = Path("tests/fixtures/sync/healthy/request.json").read_bytes()
JSON = {"Content-Type": "application/json"}


@pytest.fixture(name="tagging", scope="module")
def _tagging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Run a service that tags its answers."""
    with running(tmp_path_factory.mktemp("service"), ETAG="true") as service:
        yield service


def ask(service: Service, headers: Mapping[str, str]) -> requests.Response:
    """Call the sync hook on a resource at rest."""
    return service.request("POST", "/sync", data=BODY, headers={**JSON, **headers})


def test_an_answer_is_not_sent_twice(tagging: Service) -> None:
    first = ask(tagging, {})
    again = ask(tagging, {"If-None-Match": first.headers["ETag"]})

    assert first.status_code == 200
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert "Content-Length" not in again.headers
    assert 'calls_total{hook="sync",status="304"}' in tagging.get("/metrics").text


def test_a_connection_is_kept_after_it(tagging: Service) -> None:
    with requests.Session() as session:
        tag = session.post(tagging.url("/sync"), data=BODY, headers=JSON).headers["ETag"]
        statuses = [
            session.post(tagging.url("/sync"), data=BODY, headers=headers).status_code
            for headers in (JSON | {"If-None-Match": tag}, JSON, JSON | {"If-None-Match": tag})
        ]
        pools = session.get_adapter("http://").poolmanager.pools  # type: ignore[attr-defined]
        (pool,) = (pools[key] for key in pools.keys())  # noqa: SIM118  it is no mapping

    assert statuses == [304, 200, 304]
    assert pool.num_connections == 1


@pytest.mark.parametrize(
    ("setting", "status"),
    [({"THREADS": "3"}, 304), ({"OPENSHIFT": "true"}, 200)],
    ids=["of no answer", "of answers"],
)
def test_a_restart_keeps_the_tags_unless_a_setting_changes_answers(
    tagging: Service, directory: Path, setting: dict[str, str], status: int
) -> None:
    tag = ask(tagging, {}).headers["ETag"]
    with running(directory, ETAG="true", **setting) as service:
        assert ask(service, {"If-None-Match": tag}).status_code == status


def test_a_service_without_tags_heeds_none(tagging: Service, service: Service) -> None:
    tag = ask(tagging, {}).headers["ETag"]

    assert ask(service, {"If-None-Match": tag}).status_code == 200
