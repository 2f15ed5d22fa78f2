"""Which nodes run agents and k8sensors, and how a change gets to them; no cluster is asked.

Follows the DaemonSet controller and the scheduler of Kubernetes 1.36: its docs where they say it,
its code where only that does.
"""
