"""`python -m hooks serve`: runs the service; this is what the image starts.

Gunicorn runs in this process: signals to the container reach it, and nothing starts twice.
"""

from typing import Final

import click
from gunicorn.app.base import Application as Server

from hooks.server.webhooks import Application

CONFIGURATION: Final = "python:hooks.server.gunicorn_conf"


class HooksServer(Server):
    """Gunicorn with our configuration; ignores its own command line and environment variables."""

    def load_config(self) -> None:
        """Load the configuration; an invalid setting aborts the start with one line."""
        self.load_config_from_module_name_or_filename(CONFIGURATION)

    def load(self) -> Application:
        """Return the application."""
        from hooks.server.wsgi import app  # noqa: PLC0415  needs valid settings

        return app


@click.command("serve")
def serve_command() -> None:
    """Serve hooks until SIGTERM, with the settings in the environment (docs/settings.md)."""
    HooksServer().run()
