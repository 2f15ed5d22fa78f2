"""The webhooks of the API server, on their own port.

The API server sends no token, so this port does no more than this: it judges each review on its
own, and returns nothing that the sender does not know.
"""

from collections.abc import Callable
from typing import Any, Final

from flask import Flask

from hooks.admission import default, validate
from hooks.server.connections import ReviewLimits
from hooks.server.metrics import Metrics
from hooks.server.overload import Places
from hooks.server.routes import Edge, Hook, answering, empty_app
from hooks.server.settings import MEBIBYTE, Settings

Application = Callable[[Any, Any], Any]

LARGEST_REVIEW: Final = 3 * MEBIBYTE
"""A review contains at most two objects, and etcd accepts no object above 1.5 MiB."""
WEBHOOK_SECONDS: Final = 5.0
"""How long the API server waits for a response."""
REVIEWS: Final = ReviewLimits(
    places=4, bytes_at_once=LARGEST_REVIEW + MEBIBYTE, largest_body=LARGEST_REVIEW
)
MOST_PARTS: Final = 100_000
"""Of a review: values, lists and objects. Its memory and its time grow with their number."""


def create_admission_app(settings: Settings, metrics: Metrics) -> Flask:
    """Return the WSGI application of the webhooks; its calls count with those of the hooks."""
    app = empty_app(metrics)
    edge = Edge(
        metrics,
        LARGEST_REVIEW,
        tokens=None,
        tags=None,
        places=Places(REVIEWS.places, REVIEWS.bytes_at_once, REVIEWS.places),
        patience=WEBHOOK_SECONDS,
        most_parts=MOST_PARTS,
        takes_chunks=False,
    )
    for webhook in webhooks_of(settings):
        view = answering(webhook, edge)
        app.add_url_rule(webhook.path, webhook.name, view, methods=["POST"])
    return app


def webhooks_of(settings: Settings) -> tuple[Hook, ...]:
    """Return all webhooks, bound to the settings of this installation."""
    facts, inline_secrets = settings.facts, settings.inline_secrets
    return (
        Hook(
            "validate",
            "/admission/validate",
            lambda asked, *_: validate(asked, facts, inline_secrets),
            makes_children=False,
        ),
        Hook(
            "default", "/admission/default", lambda asked, *_: default(asked), makes_children=False
        ),
    )


def by_port(hooks: Application, webhooks: Application, port: int) -> Application:
    """Return the application that passes calls at the port to webhooks, all others to hooks.

    The port is that of the listening socket, which no header can change.
    """
    own = str(port)

    def serve(environ: Any, start_response: Any) -> Any:
        app = webhooks if environ["SERVER_PORT"] == own else hooks
        return app(environ, start_response)

    return serve
