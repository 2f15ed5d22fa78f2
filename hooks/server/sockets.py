"""The TLS context of new connections."""

import ssl

from hooks.server.files import Followed


class Certificate(Followed[ssl.SSLContext]):
    """The TLS context for new connections, with a certificate and its key."""

    setting = "TLS_CERT_FILE or TLS_KEY_FILE"

    def load(self, *files: str) -> ssl.SSLContext:
        """Return the context; raises OSError (ssl.SSLError is one) if the files cannot be used."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(*files)
        return context
