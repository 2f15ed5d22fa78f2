"""The running service: routes, connections, settings, logs, metrics, gunicorn's configuration."""
