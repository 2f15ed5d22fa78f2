"""Kubernetes vocabulary: values and names that apply to every object, and nothing about Instana."""
