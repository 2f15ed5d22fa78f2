"""How far the workloads are in replacing their pods, and why they do."""
