"""What the bindings of a fleet cost: a call with all its agents, against reading its JSON."""

import statistics
import time
from typing import Any, Final

import orjson

from hooks.cluster_rbac import AGENTS, CLUSTER_ROLE_BINDING, sync
from hooks.contract import SERVICE_ACCOUNT
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.wire import decode, decode_for_cluster_rbac, encode
from tests.bench.figures import Figure
from tests.recorded import Recorded

AGENTS_OF_FLEET: Final = 1_000
GOAL: Final = 0.3
FACTS: Final = Facts(agent_namespaces=("*",))
ROUNDS: Final = 7
RECORDED: Final = Recorded("cluster-rbac-sync", "healthy")


def fleet_figure() -> Figure:
    """Measure the call for one event of any agent of the fleet, whose bindings exist."""
    body = _of_fleet()
    rounds = [(_seconds(_respond, body), _seconds(_echo, body)) for _ in range(ROUNDS)]
    ours, floor = (statistics.median(seconds) * 1e3 for seconds in zip(*rounds, strict=True))
    name = f"bindings of {AGENTS_OF_FLEET:,} agents, {len(body) / 1e6:.0f} MB"
    return Figure(name, ours, floor, "ms", GOAL)


def _respond(body: bytes) -> bytes:
    return encode(sync(decode_for_cluster_rbac(body), FACTS))


def _echo(body: bytes) -> bytes:
    return orjson.dumps(orjson.loads(body))


def _seconds(call: Any, body: bytes) -> float:
    """Return the processor's seconds for the call."""
    started = time.process_time()
    call(body)
    return time.process_time() - started


def _of_fleet() -> bytes:
    """Return the recorded request as it is with the same agent in each of many namespaces."""
    request = RECORDED.request
    recorded = request["related"]
    request["related"] = {
        kind: {
            f"fleet-{number:04}/{obj['metadata']['name']}": _moved(obj, number)
            for number in range(AGENTS_OF_FLEET)
            for obj in recorded[kind].values()
        }
        for kind in (AGENTS, SERVICE_ACCOUNT)
    }
    (observed,) = request["attachments"][CLUSTER_ROLE_BINDING].values()
    bindings = sync(decode(orjson.dumps(request)), FACTS)["attachments"]
    assert len(bindings) == AGENTS_OF_FLEET
    request["attachments"] = {
        CLUSTER_ROLE_BINDING: {
            binding["metadata"]["name"]: observed
            | binding
            | {"metadata": observed["metadata"] | binding["metadata"]}
            for binding in bindings
        }
    }
    return orjson.dumps(request)


def _moved(obj: Obj, number: int) -> Obj:
    """Return the object as it is in the namespace of that number."""
    metadata = obj["metadata"]
    owners = [owner | {"uid": f"u-{number}"} for owner in metadata.get("ownerReferences", ())]
    place = {"namespace": f"fleet-{number:04}", "uid": f"u-{number}", "ownerReferences": owners}
    return obj | {"metadata": metadata | place}
