"""The server's configuration for the baseline: ours, without what concerns our application."""

from hooks.server.gunicorn_conf import *  # noqa: F403

del post_worker_init  # noqa: F821
