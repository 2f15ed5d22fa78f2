"""How commands reach a cluster: with the user's `kubectl`, or over HTTPS inside of a pod."""
