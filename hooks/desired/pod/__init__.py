"""Parts that the pods of agents and of k8sensors have in common."""
