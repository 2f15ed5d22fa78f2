"""The agents: their DaemonSets, and what goes with them."""
