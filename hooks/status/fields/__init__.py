"""The other fields of the status."""
