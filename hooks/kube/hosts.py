"""Host names and addresses."""


def bracketed(host: str) -> str:
    """Return the host as it stands before a port: an IPv6 address goes in brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
