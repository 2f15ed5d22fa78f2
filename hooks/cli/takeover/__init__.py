"""`instana-hooks takeover`: takes over running agents in place, and goes back."""
