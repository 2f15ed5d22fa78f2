"""Host names and addresses."""


def bracketed(host: str) -> str:
    """Return the host as it is written before a port: an IPv6 address needs brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
