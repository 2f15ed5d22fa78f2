"""`python -m hooks apply-definition`: replaces the CRD in the cluster by that of this version."""

from pathlib import Path
from typing import Final

import click
import orjson

from hooks.cli.cluster.https import ACCOUNT, Peer, api_server
from hooks.generate.crd import agents_crd
from hooks.kube.objects import Obj

CRDS: Final = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
FIELD_MANAGER: Final = "instana-agent-definition"


@click.command("apply-definition", hidden=True)
@click.option("--url", default=api_server, help="URL of the API server; default: the pod's own.")
@click.option("--ca-file", type=click.Path(path_type=Path), default=ACCOUNT / "ca.crt")
@click.option("--token-file", type=click.Path(path_type=Path), default=ACCOUNT / "token")
def apply_crd_command(url: str, ca_file: Path, token_file: Path) -> None:
    """Replace the CRD of InstanaAgent in the cluster with the CRD of this version.

    For the chart's Job, which needs permission to get and update only this CRD.
    """
    own = agents_crd()
    name = own["metadata"]["name"]
    api = Peer(url, ca_file, token_file)
    path = f"{CRDS}/{name}"
    present: Obj = orjson.loads(api.call("GET", path))
    # Not a patch: fields that this version no longer has must go.
    replaced = present | {"spec": present["spec"] | own["spec"]}
    if replaced == present:
        click.echo(f"{name} is already of this version")
        return
    api.call("PUT", f"{path}?fieldManager={FIELD_MANAGER}", replaced)
    click.echo(f"{name} is now of this version")
