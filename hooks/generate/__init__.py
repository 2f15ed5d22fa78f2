"""What `python -m hooks generate` writes; a running service imports none of it."""
