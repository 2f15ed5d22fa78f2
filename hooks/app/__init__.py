"""The HTTP edge: settings, routes, failures, logs, metrics and the server's configuration."""
