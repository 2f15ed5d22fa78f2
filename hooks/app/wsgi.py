"""The application as a WSGI server loads it, from the settings in the environment."""

import os
from typing import Final

from flask import Flask

from hooks.app.readiness import Readiness
from hooks.app.server import READINESS, create_app
from hooks.app.settings import from_environ

app: Final[Flask] = create_app(from_environ(os.environ))
readiness: Final[Readiness] = app.extensions[READINESS]
