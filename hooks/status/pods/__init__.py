"""Why pods are not ready, and what to do about it."""
