"""`instana-hooks placement`: which nodes get an agent."""
