"""What a program wrote, by the audit log of the API server, without what is a matter of chance."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit

import orjson
import requests
import yaml

from tests.cluster.account import NAME, NAMESPACE
from tests.cluster.api import Obj
from tests.cluster.many import BY_CONTROLLERS
from tests.cluster.steady import steady_part
from tests.support.log_lines import whole_lines

Write: TypeAlias = tuple[str, tuple[tuple[str, str], ...], Any]
"""Verb, options, and what was sent."""

ACCOUNT = f"system:serviceaccount:{NAMESPACE}:{NAME}"
POLICY: Obj = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [{"level": "Request", "users": [ACCOUNT]}, {"level": "None"}],
}
WRITES = frozenset({"create", "update", "patch", "delete"})
READS = frozenset({"list", "watch"})
OF_SERVER = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "uid")
NO_OPTIONS = frozenset({"timeout"})


@dataclass(frozen=True)
class Seen:
    """What was seen between two moments."""

    writes: dict[str, list[Write]] = field(default_factory=dict)
    """By object, without the same again and without what was refused as somebody was faster."""
    events: frozenset[tuple[str, str, str]] = frozenset()
    """Kind, name and reason."""
    watched: frozenset[str] = frozenset()
    """Kinds that were listed or watched."""


@dataclass
class AuditLog:
    """The log of an API server, from which is read on."""

    folder: Path
    _offset: int = 0
    _statuses: dict[str, Write] = field(default_factory=dict)

    def flags(self) -> str:
        """Return the flags of the API server."""
        policy = self.folder / "policy.yaml"
        policy.write_text(yaml.safe_dump(POLICY))
        return f"--audit-policy-file={policy} --audit-log-path={self.folder}/audit.log"

    def size(self) -> int:
        return (self.folder / "audit.log").stat().st_size

    def seen(self) -> Seen:
        """Return what was seen since the last call."""
        writes: dict[str, list[Write]] = defaultdict(list)
        events, watched = set(), set()
        for entry in self._entries():
            about = entry.get("objectRef", {})
            if entry["verb"] in READS:
                watched.add(f"{about['resource']}.{about.get('apiGroup', '')}")
            elif entry["verb"] not in WRITES or _is_lost(entry):
                continue
            elif about["resource"] == "events":
                events |= set(_told(entry))
            else:
                self._add(writes, entry)
        self._statuses |= {place: each[-1] for place, each in writes.items() if _is_status(place)}
        return Seen(dict(writes), frozenset(events), frozenset(watched))

    def _add(self, writes: dict[str, list[Write]], entry: Obj) -> None:
        """Remember a write. Of statuses the last counts, if it is another than that of before.

        How many come in between is a matter of chance.
        """
        place, write = _place(entry["objectRef"]), _write(entry)
        if not _is_status(place):
            if not writes[place] or writes[place][-1] != write:
                writes[place].append(write)
        elif self._statuses.get(place) == write:
            writes.pop(place, None)
        else:
            writes[place] = [write]

    def _entries(self) -> Iterator[Obj]:
        for line in whole_lines(self.folder / "audit.log", self._offset):
            self._offset += len(line)
            yield orjson.loads(line)


def _is_lost(entry: Obj) -> bool:
    """Tell whether somebody else was faster, which is a matter of chance."""
    code = entry["responseStatus"]["code"]
    return code in {requests.codes.conflict, requests.codes.not_found}


def _told(entry: Obj) -> Iterator[tuple[str, str, str]]:
    event = entry.get("requestObject") or {}
    if "involvedObject" in event:
        about = event["involvedObject"]
        yield about["kind"], about["name"], event["reason"]


def _place(about: Obj) -> str:
    parts = ("apiGroup", "resource", "namespace", "name", "subresource")
    return "/".join(about.get(part, "") for part in parts)


def _is_status(place: str) -> bool:
    return place.endswith("/status")


def _write(entry: Obj) -> Write:
    query = parse_qsl(urlsplit(entry["requestURI"]).query)
    options = tuple(sorted(pair for pair in query if pair[0] not in NO_OPTIONS))
    return entry["verb"], options, _steady(entry.get("requestObject"))


def _steady(sent: Any) -> Any:
    if not isinstance(sent, dict) or "metadata" not in sent:
        return steady_part(sent)
    metadata = {name: part for name, part in sent["metadata"].items() if name not in OF_SERVER}
    annotations = metadata.pop("annotations", {})
    metadata["annotations"] = {
        name: text for name, text in annotations.items() if name not in BY_CONTROLLERS
    }
    is_child = sent["kind"] != "InstanaAgent"
    rest = {name: part for name, part in sent.items() if name != "status" or not is_child}
    written: Obj = steady_part({**rest, "metadata": metadata})
    forget_causes(written)
    return written


def forget_causes(obj: Obj) -> None:
    """Take away why pods were replaced: another is told where the status comes after the child."""
    rollout = (obj.get("status") or {}).get("rollout") or {}
    for each in rollout.get("last", []):
        del each["cause"]
