"""`instana-hooks render`: the objects that a resource leads to."""
