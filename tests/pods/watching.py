"""Everything that happens to objects of a kind, in the order in which it happened."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus

import orjson
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from hooks.kube.objects import Identity, identity
from tests.cluster.api import Api, Obj
from tests.cluster.local_cluster import authority

NOT_YET = Retry(connect=0, read=0, status=10, status_forcelist=[HTTPStatus.TOO_MANY_REQUESTS])
"""The API server asks to come again while it begins to serve a kind."""

SILENCE_SECONDS = 0.5
"""So long a watch waits for something to happen before it looks whether it is to end."""


@dataclass(frozen=True)
class Event:
    """What became of an object, and when by the clock of the test."""

    at: float
    is_gone: bool
    obj: Obj

    @property
    def revision(self) -> int:
        """Return the revision of etcd, which is that of all kinds."""
        return int(self.obj["metadata"]["resourceVersion"])


@dataclass
class Watch:
    """Events of the objects of one kind in a namespace, from when it began."""

    api: Api
    kind: str
    version: str
    namespace: str
    at_first: list[Obj] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    _session: requests.Session = field(default_factory=requests.Session)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        # A session of its own, as it is used by another thread; and one that verifies, as the
        # warnings of one that does not are silenced for the whole process at once.
        self._session.headers.update(self.api.session.headers)
        self._session.trust_env = False
        self._session.verify = str(authority())
        self._session.mount("https://", HTTPAdapter(max_retries=NOT_YET))

    def begin(self) -> None:
        """Note what is there, and go on with what happens."""
        answer = self._get()
        assert answer.ok, answer.text
        listed = answer.json()
        self.at_first = [self._whole(each) for each in listed["items"]]
        self._thread = threading.Thread(
            target=self._follow, args=(listed["metadata"]["resourceVersion"],), daemon=True
        )
        self._thread.start()

    def end(self) -> None:
        """Stop, after what happened until now is noted."""
        self._stopped.set()
        self._thread.join()

    def _follow(self, revision: str) -> None:
        while not self._stopped.is_set():
            with suppress(requests.ConnectionError):
                for line in self._get(watch="1", resourceVersion=revision).iter_lines():
                    event = orjson.loads(line)
                    assert event["type"] != "ERROR", event
                    self._note(event["type"], event["object"])
                    revision = event["object"]["metadata"]["resourceVersion"]

    def _get(self, **query: str) -> requests.Response:
        metadata = {"namespace": self.namespace}
        place = {"apiVersion": self.version, "kind": self.kind, "metadata": metadata}
        return self._session.get(
            self.api.url(place, named=False),
            params=query,
            stream="watch" in query,
            timeout=SILENCE_SECONDS if query else None,
        )

    def _note(self, type_: str, obj: Obj) -> None:
        self.events.append(Event(time.monotonic(), type_ == "DELETED", self._whole(obj)))

    def _whole(self, obj: Obj) -> Obj:
        """Return the object with its kind, which lists leave out."""
        return {"apiVersion": self.version, "kind": self.kind, **obj}


@contextmanager
def watching(api: Api, namespace: str, *kinds: tuple[str, str]) -> Iterator[list[Watch]]:
    """Watch kinds, by name and version, in the namespace for a while."""
    with ExitStack() as stack:
        watches = [Watch(api, kind, version, namespace) for kind, version in kinds]
        for each in watches:
            each.begin()
            stack.callback(each.end)
        yield watches


def moments(watches: Sequence[Watch]) -> Iterator[dict[Identity, Obj]]:
    """Yield what was there at first, and after each event of all the watches, by identity."""
    there = {identity(obj): obj for watch in watches for obj in watch.at_first}
    yield there
    events = (event for watch in watches for event in watch.events)
    for event in sorted(events, key=lambda event: event.revision):
        if event.is_gone:
            there.pop(identity(event.obj), None)
        else:
            there[identity(event.obj)] = event.obj
        yield there
