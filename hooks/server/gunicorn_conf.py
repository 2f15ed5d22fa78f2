"""The server's configuration, for `python -m hooks serve`.

It has one process, because the interpreter computes on one core and metrics are per process; scale
by adding replicas. gunicorn reads every name here that is one of its settings.
"""

import os
import ssl
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import structlog
from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.workers.base import Worker

from hooks.server import garbage, logs
from hooks.server.listening import host_to_bind
from hooks.server.loop import Limits
from hooks.server.settings import SettingsError, from_environ
from hooks.server.sockets import Certificate
from hooks.server.tokens import Tokens
from hooks.server.webhooks import REVIEWS, WEBHOOK_SECONDS
from hooks.server.worker import BoundedWorker

SHARED_MEMORY: Final = Path("/dev/shm")  # noqa: S108  writable where the rest is not

log: Final = structlog.stdlib.get_logger(logs.LOGGER)

try:
    settings = from_environ(os.environ)
    files = (settings.tls_cert_file, settings.tls_key_file)
    certificate = Certificate(*files) if settings.tls else None
    if settings.tokens_file:
        Tokens(settings.tokens_file)  # The application has its own; this reports an invalid file.
except SettingsError as error:
    sys.exit(f"invalid setting {error}")

logs.configure(settings)
if settings.insecure_without:
    log.warning("calls are not protected", not_set=settings.insecure_without)

BoundedWorker.limits = Limits(
    connections=settings.max_connections,
    read_seconds=settings.read_seconds,
    review_seconds=WEBHOOK_SECONDS,
    review_port=settings.admission_port,
    reviews=REVIEWS,
)

bind = list(replace(settings, host=host_to_bind(settings.host)).addresses)
worker_class = "hooks.server.worker.BoundedWorker"
workers = 1
threads = settings.threads
keepalive = 100
"""Longer than the 90 s for which Metacontroller keeps an idle connection: it does not repeat a lost
call."""
timeout = 60
graceful_timeout = 15
max_requests = 0
preload_app = True
control_socket_disable = True
worker_tmp_dir = str(SHARED_MEMORY) if os.access(SHARED_MEMORY, os.W_OK) else None
logger_class = "hooks.server.logs.ServerLogger"
accesslog = None
proc_name = "instana-agent-hooks"

if certificate:
    certfile, keyfile = files
    current_context = certificate.current

    def ssl_context(_config: Config, _default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
        """Return the TLS context of a new connection."""
        return current_context()


def when_ready(_server: Arbiter) -> None:
    """Exclude the objects of start-up from garbage collection, before the worker is forked."""
    garbage.look_seldom()


def post_worker_init(worker: Worker) -> None:
    """Make /readyz follow the worker, which stops on SIGTERM."""
    from hooks.server.wsgi import readiness  # noqa: PLC0415  the application is already loaded

    readiness.serve_while(lambda: worker.alive)
