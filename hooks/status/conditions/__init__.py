"""One module for each condition of the status."""
