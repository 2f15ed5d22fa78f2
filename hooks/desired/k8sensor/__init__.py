"""The k8sensors: their Deployments, and what goes with them."""
