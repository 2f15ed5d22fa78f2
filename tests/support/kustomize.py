"""The manifests as `kubectl apply -k` would install them."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests.support.files import loaded
from tests.support.tools import LITTLE_COLLECTION

Obj = dict[str, Any]

SOURCES = ("crd", "deploy", "metacontroller")
CREDENTIALS = "made-by-make-credentials"
OVERLAYS = ("cert-manager", "dev", "openshift", "self-signed")
TOKENS_ONLY = ("cert-manager", "openshift")
COMPONENTS = (
    "deploy/components/defaulting",
    "deploy/components/etcd-copies",
    "deploy/components/leader-election",
    "deploy/components/monitoring",
    "deploy/components/monitoring-openshift",
    "deploy/components/nodes-proxy",
    "deploy/components/own-namespace",
    "deploy/components/own-selector",
    "deploy/components/recordings",
    "deploy/components/webhook-ca-cert-manager",
    "deploy/components/webhook-ca-openshift",
    "deploy/components/webhook-ca-self-signed",
    "deploy/components/webhooks",
    "deploy/components/without-guards",
    "deploy/components/without-policies",
    "metacontroller/components/certificates",
    "metacontroller/components/etag",
    "metacontroller/components/node-zones",
    "metacontroller/components/pod-status",
)


def checkout(folder: Path) -> Path:
    """Return a copy of all manifests, for credentials that end up in no other place."""
    for source in SOURCES:
        shutil.copytree(source, folder / source, ignore=shutil.ignore_patterns(CREDENTIALS))
    return folder


def make_credentials(place: Path, overlay: str, *options: str) -> None:
    """Make the certificates and tokens that an overlay of the copy needs."""
    tokens_only = ["--tokens-only"] if overlay in TOKENS_ONLY else []
    script = place / "deploy/make-credentials"
    _run(str(script), *tokens_only, *options, str(place / "deploy/overlays" / overlay))


def installation(place: Path, overlay: str, *components: str) -> Path:
    """Return a directory that puts components to an overlay, as a user's own would."""
    directory = place / "installation"
    directory.mkdir(exist_ok=True)
    kustomization = {
        "resources": [f"../deploy/overlays/{overlay}"],
        "components": [f"../{component}" for component in components],
    }
    (directory / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
    return directory


def build(directory: Path) -> list[Obj]:
    """Return the objects of a directory with a kustomization."""
    return loaded(kubectl("kustomize", str(directory)))


def kubectl(*arguments: str) -> str:
    """Return what kubectl prints; fails with what it warns of."""
    return _run("kubectl", *arguments)


def find(objects: list[Obj], kind: str, name: str) -> Obj:
    """Return the one object of the kind and name."""
    (found,) = [
        each for each in objects if (each["kind"], each["metadata"]["name"]) == (kind, name)
    ]
    return found


def _run(*command: str) -> str:
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | LITTLE_COLLECTION,
    )
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr.lower(), done.stderr
    return done.stdout
