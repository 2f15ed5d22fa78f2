"""Kubernetes vocabulary: values and names that hold for every object, and nothing of Instana's."""
