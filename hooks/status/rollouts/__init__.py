"""How far the rollouts of the workloads are, and why they happen."""
