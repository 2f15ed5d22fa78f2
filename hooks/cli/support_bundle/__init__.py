"""`instana-hooks support-bundle`: what support needs, in one file."""
