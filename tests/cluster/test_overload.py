"""Metacontroller takes a refusal of the overloaded service as no error, and comes again."""

import json
import socket
import time
from pathlib import Path

import pytest

from hooks.kube.objects import describe, identity
from tests.cluster.api import Api, wait_for
from tests.cluster.cases import NAMESPACE, rendered, resource
from tests.cluster.loop import remove, settled, versions
from tests.cluster.metacontroller import LOOPBACK, metacontroller, service
from tests.support.log_lines import whole_lines

pytestmark = pytest.mark.loop

NARROW = {"INSECURE": "1", "THREADS": "4", "MAX_CALLS": "1", "READ_SECONDS": "60"}
HALF = (
    b"POST /sync HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"Content-Length: 100\r\n\r\n{"
)
OVERLOADED_SECONDS = 3.0
AGENT = resource("minimal")
CHILDREN = {
    identity(each) for each in [*rendered("minimal").children, *rendered("minimal").attachments]
}


def test_calls_come_again_without_an_error(api: Api, logs: Path) -> None:
    log = logs / "overload-service.log"
    with (
        service(log, **NARROW) as port,
        metacontroller(api, "server-side-apply", port, logs / "overload.log"),
    ):
        with socket.create_connection((LOOPBACK, port)) as busy:
            busy.sendall(HALF)
            time.sleep(0.5)
            created = api.apply(AGENT)
            time.sleep(OVERLOADED_SECONDS)
            assert not versions(api)

        wait_for(lambda: set(versions(api)) >= CHILDREN, "all children are there")
        settled(api, AGENT)
        events = [
            each
            for each in api.list("Event", "v1", NAMESPACE)
            if each["involvedObject"].get("uid") == created["metadata"]["uid"]
        ]
        remove(api, AGENT, [])

    lines = [json.loads(line) for line in whole_lines(log)]
    refused = [each for each in lines if each.get("error") == "overloaded"]
    created_names = [name for each in lines for name in each.get("created", ())]
    assert refused
    assert [each for each in events if each["reason"] == "SyncError"] == []
    assert sorted(created_names) == sorted(map(describe, rendered("minimal").children))
