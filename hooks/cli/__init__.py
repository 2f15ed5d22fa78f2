"""The command line: what `python -m hooks` does beside serving, and how it reaches a cluster."""
