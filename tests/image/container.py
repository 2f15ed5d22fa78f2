"""An image that hack/image built, and containers of it, started as the Deployment starts them."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, cast

RUN_SECONDS: Final = 60
CAPABILITIES: Final = ("bounding", "effective", "inheritable", "permitted", "ambient")
TMP: Final = {
    "destination": "/tmp",
    "type": "tmpfs",
    "source": "tmpfs",
    "options": ["mode=1777", "size=8m"],
}

Obj = dict[str, Any]


@dataclass(frozen=True)
class Image:
    """What hack/image leaves: the image as an OCI layout, and unpacked by umoci."""

    directory: Path

    @property
    def files(self) -> Path:
        """Return where its root directory is."""
        return self.directory / "bundle" / "rootfs"

    @property
    def layers(self) -> list[int]:
        """Return the sizes of its layers as a registry has them, in bytes, the base's first."""
        return [layer["size"] for layer in self._manifest["layers"]]

    @cached_property
    def config(self) -> Obj:
        """Return how a container is to be started, as the image says it."""
        config: Obj = self._blob(self._manifest["config"])["config"]
        return config

    @cached_property
    def _manifest(self) -> Obj:
        index = json.loads((self.directory / "layout" / "index.json").read_bytes())
        return self._blob(index["manifests"][0])

    def _blob(self, descriptor: Obj) -> Obj:
        algorithm, _, digest = descriptor["digest"].partition(":")
        blob = self.directory / "layout" / "blobs" / algorithm / digest
        return cast("Obj", json.loads(blob.read_bytes()))


@dataclass(frozen=True)
class Container:
    """One start of an image: the arguments after its entry point, and further settings."""

    image: Image
    bundle: Path
    arguments: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    entry_point: tuple[str, ...] = ()

    def run(self, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run it to its end."""
        with self._prepared() as command:
            return subprocess.run(
                command, input=stdin, capture_output=True, timeout=RUN_SECONDS, check=False
            )

    @contextmanager
    def started(self, log: Path) -> Iterator[subprocess.Popen[bytes]]:
        """Start it; it ends with the block, if it has not by then."""
        with self._prepared() as command, log.open("wb") as output:
            yield subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )

    @contextmanager
    def _prepared(self) -> Iterator[list[str]]:
        runc = ["runc", "--root", str(self.image.directory / "runc")]
        name = f"image-{self.bundle.name}"
        self.bundle.mkdir()
        (self.bundle / "config.json").write_text(json.dumps(self._config()))
        try:
            yield [*runc, "run", "--bundle", str(self.bundle), name]
        finally:
            subprocess.run([*runc, "delete", "--force", name], capture_output=True, check=False)

    def _config(self) -> Obj:
        """Return umoci's configuration, with what deploy/base/deployment.yaml asks for.

        Its network is that of this machine.
        """
        config: Obj = json.loads((self.image.directory / "bundle" / "config.json").read_bytes())
        process, linux = config["process"], config["linux"]
        entry_point = self.entry_point or self.image.config["Entrypoint"]
        arguments = self.arguments or (() if self.entry_point else self.image.config["Cmd"])
        process["args"] = [*entry_point, *arguments]
        process["env"] += [f"{name}={value}" for name, value in self.settings.items()]
        process["terminal"] = False
        process["capabilities"] = {kind: [] for kind in CAPABILITIES}
        process["noNewPrivileges"] = True
        linux["namespaces"] = [each for each in linux["namespaces"] if each["type"] != "network"]
        config["root"] = {"path": str(self.image.files), "readonly": True}
        config["mounts"].append(TMP)
        return config
