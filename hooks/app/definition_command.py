"""`python -m hooks apply-definition`: the definition in the cluster becomes this version's."""

import os
from pathlib import Path
from typing import Final

import click
import orjson

from hooks.app.own_cluster import Peer
from hooks.definition import definition
from hooks.kube.objects import Obj

ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")
DEFINITIONS: Final = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
FIELD_MANAGER: Final = "instana-agent-definition"


def _api_server() -> str:
    """Return the address that every pod has in its environment."""
    host = os.environ.get("KUBERNETES_SERVICE_HOST", "kubernetes.default.svc")
    name = f"[{host}]" if ":" in host else host
    return f"https://{name}:{os.environ.get('KUBERNETES_SERVICE_PORT', '443')}"


@click.command("apply-definition")
@click.option("--url", default=_api_server, help="The API server; that of the pod by default.")
@click.option("--ca-file", type=click.Path(path_type=Path), default=ACCOUNT / "ca.crt")
@click.option("--token-file", type=click.Path(path_type=Path), default=ACCOUNT / "token")
def definition_command(url: str, ca_file: Path, token_file: Path) -> None:
    """Replace the definition of InstanaAgent in the cluster by that of this version.

    For the chart's Job, with the rights to get and update this one definition.
    """
    own = definition()
    name = own["metadata"]["name"]
    api = Peer(url, ca_file, token_file)
    path = f"{DEFINITIONS}/{name}"
    present: Obj = orjson.loads(api.call("GET", path))
    # Not by a patch: what this version does not have any more is to go.
    replaced = present | {"spec": present["spec"] | own["spec"]}
    if replaced == present:
        click.echo(f"{name} is that of this version already")
        return
    api.call("PUT", f"{path}?fieldManager={FIELD_MANAGER}", replaced)
    click.echo(f"{name} is that of this version now")
