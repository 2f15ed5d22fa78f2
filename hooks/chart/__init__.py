"""The Helm chart: made from the models, the manifests and a table of former values."""
