"""How commands print results and progress."""
