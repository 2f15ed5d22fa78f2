"""`instana-hooks preview`: what a proposal changes, for a review."""
