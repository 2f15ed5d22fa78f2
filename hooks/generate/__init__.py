"""What `python -m hooks generate` writes; a service that runs imports none of it."""
