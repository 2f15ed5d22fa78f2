"""The routes: bytes in, bytes out; everything else is done by pure functions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from time import perf_counter
from typing import Final

import structlog
from flask import Flask, Response, request

from hooks import cluster_rbac, customize, sync, wire
from hooks.app.body import JSON, read_body
from hooks.app.calls import Call
from hooks.app.failures import Failure, failure_of
from hooks.app.logs import LOGGER
from hooks.app.metrics import CONTENT_TYPE, Metrics
from hooks.app.readiness import SELF_CHECK, Readiness
from hooks.app.settings import Settings
from hooks.facts import Facts
from hooks.kube.objects import Obj

TEXT: Final = "text/plain; charset=utf-8"
READINESS: Final = "readiness"
"""Key of the application's Readiness in its `extensions`."""
LONGEST_LOGGED_PATH: Final = 100

log = structlog.stdlib.get_logger(LOGGER)


@dataclass(frozen=True, slots=True)
class Hook:
    """One hook of Metacontroller: its name in logs and metrics, its path, what answers it."""

    name: str
    path: str
    answer: Callable[[Obj], Obj]
    makes_children: bool


def create_app(settings: Settings) -> Flask:
    """Return the WSGI application, after it has answered a request of its own."""
    app = Flask(__name__, static_folder=None)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    metrics = Metrics(settings)
    readiness = app.extensions[READINESS] = Readiness()
    hooks = hooks_of(settings.facts)
    for hook in hooks:
        app.add_url_rule(
            hook.path,
            hook.name,
            answering(hook, metrics, settings.max_body_bytes),
            methods=["POST"],
        )
    _add_probes(app, metrics, readiness)
    app.register_error_handler(Exception, refusing(metrics))
    check(hooks[0], readiness)
    return app


def hooks_of(facts: Facts) -> tuple[Hook, ...]:
    """Return all hooks, bound to the facts of this installation; the first is the self-check's."""
    return (
        Hook("sync", "/sync", lambda asked: sync.sync(asked, facts, now()), makes_children=True),
        Hook(
            "customize",
            "/customize",
            lambda asked: customize.customize(asked, facts),
            makes_children=False,
        ),
        Hook(
            "cluster-rbac-sync",
            "/cluster-rbac/sync",
            lambda asked: cluster_rbac.sync(asked, facts),
            makes_children=True,
        ),
        Hook(
            "cluster-rbac-customize",
            "/cluster-rbac/customize",
            lambda asked: cluster_rbac.customize(asked, facts),
            makes_children=False,
        ),
    )


def now() -> str:
    """Return the time as Kubernetes writes it: RFC 3339, UTC, seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def answering(hook: Hook, metrics: Metrics, largest_body: int) -> Callable[[], Response]:
    """Return the view of a hook: answers the call, counts it, and writes its log line."""

    def view() -> Response:
        started = perf_counter()
        call = Call(hook.name, makes_children=hook.makes_children)
        with metrics.in_progress.track_inprogress():
            response = _answer(hook, call, largest_body)
        call.seconds = perf_counter() - started
        metrics.observe(call)
        _write_line(call)
        return response

    return view


def refusing(metrics: Metrics) -> Callable[[Exception], Response]:
    """Return the handler of what reaches no hook: wrong paths, wrong methods."""

    def handler(error: Exception) -> Response:
        failure = failure_of(error)
        metrics.refused(failure.status, failure.type)
        log.warning(
            "request refused",
            method=request.method[:LONGEST_LOGGED_PATH],
            path=request.path[:LONGEST_LOGGED_PATH],
            status=int(failure.status),
            **failure.log_fields(),
        )
        return _response_to(failure)

    return handler


def check(hook: Hook, readiness: Readiness) -> None:
    """Let the hook answer a small request; the service gets ready if it does."""
    try:
        wire.encode(hook.answer(wire.decode(wire.encode(SELF_CHECK))))
    except Exception as error:
        log.exception("self-check failed", **failure_of(error).log_fields())
    else:
        readiness.passed()


def _answer(hook: Hook, call: Call, largest_body: int) -> Response:
    try:
        body = read_body(request, largest_body)
        call.bytes_in = len(body)
        asked = wire.decode(body)
        call.asked(asked)
        answer = hook.answer(asked)
        payload = wire.encode(answer)
        call.answered(answer)
    except Exception as error:  # noqa: BLE001  the edge: anything else would be the framework's page
        failure = failure_of(error)
        call.failed(failure)
        response = _response_to(failure)
    else:
        response = Response(payload, content_type=JSON)
    call.bytes_out = response.content_length or 0
    return response


def _write_line(call: Call) -> None:
    match call.status // 100:
        case 2:
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
