"""The command line: the commands of `python -m hooks`, and how they reach a cluster."""
