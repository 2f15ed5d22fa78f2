"""`instana-hooks rollout`: which pods a sync would replace, and how long it takes."""
