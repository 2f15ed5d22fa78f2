"""Why pods are not ready, in words that say what to do."""
