"""`instana-hooks diff`: what a sync would change."""
