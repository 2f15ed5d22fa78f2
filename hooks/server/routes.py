"""The routes: bytes in, bytes out; pure functions do everything else."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from time import perf_counter
from typing import Final

import structlog
from flask import Flask, Response, request

from hooks import cluster_rbac, customize, sync, wire
from hooks.errors import UnreadableRequest
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.server import etag
from hooks.server.body import JSON, length_of, read_body, reject_crowded
from hooks.server.calls import Call
from hooks.server.clock import now
from hooks.server.decoding import Partly, Room, never, shallow
from hooks.server.etag import Tags
from hooks.server.failures import Failure, failure_of
from hooks.server.logs import LOGGER
from hooks.server.metrics import CONTENT_TYPE, Metrics
from hooks.server.misshapen import error_of_the_caller, nests_too_deep
from hooks.server.notes import Note, no_note, notes_for
from hooks.server.overload import Places, half, reject_late
from hooks.server.readiness import SELF_CHECK, Readiness
from hooks.server.settings import Settings
from hooks.server.tokens import Tokens

RESYNC: Final = "resyncAfterSeconds"
"""In a response that would be different at another time."""
TEXT: Final = "text/plain; charset=utf-8"
READINESS: Final = "readiness"
METRICS: Final = "metrics"
"""Keys of the application's Readiness and Metrics in its `extensions`."""
LONGEST_LOGGED_PATH: Final = 100

log = structlog.stdlib.get_logger(LOGGER)


@dataclass(frozen=True, slots=True)
class Hook:
    """One hook: its name in logs and metrics, its path, and the function that answers it."""

    name: str
    path: str
    answer: Callable[[Obj, str, Call], Obj]
    makes_children: bool
    follows_resources: bool = False
    """Whether metrics follow the resources in its requests: anyone can call webhooks."""
    partly: Partly = never


@dataclass(frozen=True, slots=True)
class Edge:
    """What the calls of all hooks have in common."""

    metrics: Metrics
    largest_body: int
    tokens: Tokens | None
    tags: Tags | None
    places: Places
    patience: float
    """How long a caller waits for the response, in seconds."""
    most_parts: int = sys.maxsize
    """The maximum number of parts of a body, if anyone may send it."""
    takes_chunks: bool = True
    note: Note = no_note
    room: Room = field(default_factory=Room)


def create_app(settings: Settings) -> Flask:
    """Return the WSGI application, after it has answered its own first request."""
    metrics = Metrics(settings)
    app = empty_app(metrics)
    readiness = app.extensions[READINESS] = Readiness()
    hooks = hooks_of(settings.facts)
    edge = Edge(
        metrics,
        settings.max_body_bytes,
        Tokens(settings.tokens_file) if settings.tokens_file else None,
        Tags(settings.facts) if settings.etag else None,
        Places(settings.calls_at_once, settings.max_body_bytes, half(settings.calls_at_once)),
        settings.caller_seconds,
        note=notes_for(app, settings),
        room=Room(settings.max_whole_body_bytes),
    )
    for hook in hooks:
        app.add_url_rule(hook.path, hook.name, answering(hook, edge), methods=["POST"])
    _add_probes(app, metrics, readiness)
    check(hooks[0], readiness)
    return app


def empty_app(metrics: Metrics) -> Flask:
    """Return an application without routes: every request is rejected and counted."""
    app = Flask(__name__, static_folder=None)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.extensions[METRICS] = metrics
    app.register_error_handler(Exception, rejecting(metrics))
    return app


def hooks_of(facts: Facts) -> tuple[Hook, ...]:
    """Return all hooks, bound to this installation's facts; the first is for the self-check."""
    return (
        Hook(
            "sync",
            "/sync",
            lambda asked, at, call: sync.sync(asked, facts, at, call.changing),
            makes_children=True,
            follows_resources=True,
            partly=wire.partly_for_sync,
        ),
        Hook(
            "customize",
            "/customize",
            lambda asked, *_: customize.customize(asked, facts),
            makes_children=False,
        ),
        Hook(
            "cluster-rbac-sync",
            "/cluster-rbac/sync",
            lambda asked, *_: cluster_rbac.sync(asked, facts),
            makes_children=True,
            partly=wire.partly_for_cluster_rbac,
        ),
        Hook(
            "cluster-rbac-customize",
            "/cluster-rbac/customize",
            lambda asked, *_: cluster_rbac.customize(asked, facts),
            makes_children=False,
        ),
    )


def answering(hook: Hook, edge: Edge) -> Callable[[], Response]:
    """Return the view of a hook: it answers the call, counts it, and writes its log line."""

    def view() -> Response:
        started = perf_counter()
        call = Call(
            hook.name,
            makes_children=hook.makes_children,
            follows_resources=hook.follows_resources,
        )
        with edge.metrics.in_progress.track_inprogress():
            response = _answer(hook, call, edge)
        call.seconds = perf_counter() - started
        edge.metrics.observe(call)
        _write_line(call)
        return response

    return view


def rejecting(metrics: Metrics) -> Callable[[Exception], Response]:
    """Return the handler of requests that reach no hook: wrong paths, wrong methods."""

    def handler(error: Exception) -> Response:
        failure = failure_of(error)
        metrics.rejected(failure.status, failure.type)
        log.warning(
            "request rejected",
            method=request.method[:LONGEST_LOGGED_PATH],
            path=request.path[:LONGEST_LOGGED_PATH],
            status=int(failure.status),
            **failure.log_fields(),
        )
        return _response_to(failure)

    return handler


def check(hook: Hook, readiness: Readiness) -> None:
    """Let the hook answer a small request; if it does, the service becomes ready."""
    try:
        asked = wire.decode(wire.encode(SELF_CHECK))
        wire.encode(hook.answer(asked, now(), Call(hook.name)))
    except Exception as error:
        log.exception("self-check failed", **failure_of(error).log_fields())
    else:
        readiness.passed()


def _answer(hook: Hook, call: Call, edge: Edge) -> Response:
    try:
        reject_late(request.environ, edge.patience)
        if edge.tokens:
            edge.tokens.check(request.headers.get("Authorization", ""))
        length = length_of(request, edge.largest_body, takes_chunks=edge.takes_chunks)
        with edge.places.taken(length) as is_of:
            response = _read_and_answered(hook, call, edge, is_of)
    except Exception as error:  # noqa: BLE001  the edge: otherwise the framework's page is sent
        failure = failure_of(error)
        call.failed(failure)
        response = _response_to(failure)
    call.bytes_out = response.content_length or 0
    return response


def _read_and_answered(
    hook: Hook, call: Call, edge: Edge, is_of: Callable[[str], None]
) -> Response:
    body = read_body(request, edge.largest_body)
    reject_late(request.environ, edge.patience)
    reject_crowded(body, edge.most_parts)
    call.bytes_in = len(body)
    tag = edge.tags.of(hook.path, body) if edge.tags else ""
    if tag and etag.has(request.if_none_match, tag):
        return _unchanged(call, tag)
    with edge.room.decoded(body, hook.partly) as asked:
        call.asked(asked)
        is_of(call.namespace)
        at = now()
        edge.note(hook.name, body, at)
        return _computed(hook, call, body, asked, tag, at)


def _unchanged(call: Call, tag: str) -> Response:
    call.unchanged()
    response = Response(status=HTTPStatus.NOT_MODIFIED)
    response.set_etag(tag)
    return response


def _computed(  # noqa: PLR0913, PLR0917  all that is known of the call
    hook: Hook, call: Call, body: bytes, asked: Obj, tag: str, at: str
) -> Response:
    """Return the response; it gets no tag if it contains the time of the call.

    Parts that nest too deep are removed only if they cause an error: finding them takes a while.
    """
    try:
        returned, payload = _response_and_bytes(hook, call, asked, at)
    except UnreadableRequest:
        raise
    except Exception:
        if not nests_too_deep(wire.whole(asked)):
            raise
        returned, payload = _response_and_bytes(hook, call, shallow(body, hook.partly), at)
    call.answered(returned)
    response = Response(payload, content_type=JSON)
    if tag and at.encode() not in payload and RESYNC not in returned:
        response.set_etag(tag)
    return response


def _response_and_bytes(hook: Hook, call: Call, asked: Obj, at: str) -> tuple[Obj, bytes]:
    try:
        returned = hook.answer(asked, at, call)
        return returned, wire.encode(returned)
    except Exception as error:
        if unreadable := error_of_the_caller(error, wire.whole(asked)):
            raise unreadable from error
        raise


def _write_line(call: Call) -> None:
    match call.status // 100:
        case 2 | 3:
            log.info("hook call", **call.log_fields())
        case 4:
            log.warning("hook call", **call.log_fields())
        case _:
            log.error("hook call", **call.log_fields())


def _response_to(failure: Failure) -> Response:
    return Response(
        failure.body, status=failure.status, headers=list(failure.headers), content_type=TEXT
    )


def _add_probes(app: Flask, metrics: Metrics, readiness: Readiness) -> None:
    @app.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", content_type=TEXT)

    @app.get("/readyz")
    def readyz() -> Response:
        reason = readiness.reason_against()
        status = HTTPStatus.SERVICE_UNAVAILABLE if reason else HTTPStatus.OK
        return Response(f"{reason or 'ok'}\n", status=status, content_type=TEXT)

    @app.get("/metrics")
    def expose() -> Response:
        return Response(metrics.exposition(), content_type=CONTENT_TYPE)
