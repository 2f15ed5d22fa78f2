"""The application as a WSGI server loads it, with the settings in the environment."""

import os
from typing import Final

from flask import Flask

from hooks.server.readiness import Readiness
from hooks.server.routes import METRICS, READINESS, create_app
from hooks.server.settings import Settings, from_environ
from hooks.server.webhooks import Application, by_port, create_admission_app


def with_webhooks(hooks: Flask, settings: Settings) -> Application:
    """Return the application of the hooks, with that of the webhooks if they have a port."""
    if not settings.admission_port:
        return hooks
    webhooks = create_admission_app(settings, hooks.extensions[METRICS])
    return by_port(hooks, webhooks, settings.admission_port)


_settings: Final = from_environ(os.environ)
_hooks: Final = create_app(_settings)
app: Final = with_webhooks(_hooks, _settings)
readiness: Final[Readiness] = _hooks.extensions[READINESS]
