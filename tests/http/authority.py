"""A certificate authority, and Secrets mounted as the kubelet mounts them."""

import shutil
import ssl
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import trustme

from tests.http.service import LOOPBACK


@dataclass(frozen=True)
class Authority:
    """A certificate authority, and the files of a service that it vouches for."""

    ca: trustme.CA
    ca_file: Path
    cert_file: Path
    key_file: Path

    def issued(self, not_after: datetime | None = None) -> dict[str, bytes]:
        """Return the entries of a Secret with a new certificate."""
        issued = self.ca.issue_cert(LOOPBACK, not_after=not_after)
        chain = b"".join(pem.bytes() for pem in issued.cert_chain_pems)
        return {"tls.crt": chain, "tls.key": issued.private_key_pem.bytes()}

    def issue(self) -> None:
        """Put a new certificate in place of the present one."""
        issued = self.issued()
        self.key_file.write_bytes(issued["tls.key"])
        self.cert_file.write_bytes(issued["tls.crt"])

    def settings(self) -> dict[str, str]:
        """Return the settings of a service that uses the files."""
        return {"TLS_CERT_FILE": str(self.cert_file), "TLS_KEY_FILE": str(self.key_file)}

    def server_context(self) -> ssl.SSLContext:
        """Return what a server shows."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.cert_file, self.key_file)
        return context

    def context(self) -> ssl.SSLContext:
        """Return what a client trusts."""
        return ssl.create_default_context(cafile=str(self.ca_file))


def authority_in(directory: Path) -> Authority:
    """Make an authority with a first certificate."""
    ca = trustme.CA()
    authority = Authority(ca, directory / "ca.crt", directory / "tls.crt", directory / "tls.key")
    ca.cert_pem.write_to_path(authority.ca_file)
    authority.issue()
    return authority


@dataclass(frozen=True)
class MountedSecret:
    """A directory in which all files are links by way of `..data`, which is swapped as a whole."""

    directory: Path

    def put(self, entries: dict[str, bytes]) -> None:
        """Replace the content at once, and remove what was there."""
        data, swap = self.directory / "..data", self.directory / "..data_tmp"
        old = data.resolve() if data.is_symlink() else None
        self.directory.mkdir(exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix="..2026_", dir=self.directory))
        for name, content in entries.items():
            (new / name).write_bytes(content)
            if not old:
                (self.directory / name).symlink_to(Path("..data") / name)
        swap.symlink_to(new.name)
        swap.replace(data)
        if old:
            shutil.rmtree(old)

    def file(self, name: str) -> str:
        """Return the path of an entry."""
        return str(self.directory / name)
