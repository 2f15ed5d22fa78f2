"""The service that runs: routes, connections, settings, logs, metrics, gunicorn's settings."""
