"""`python -m hooks check-service`: checks that a running service responds as it should."""

from pathlib import Path

import click
import orjson

from hooks.cli.own_cluster import Peer
from hooks.kube.objects import Obj
from hooks.server.readiness import SELF_CHECK


@click.command("check-service")
@click.option("--url", required=True, help="Address of the service, such as https://host.")
@click.option("--ca-file", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--token-file", type=click.Path(exists=True, path_type=Path), required=True)
def service_check(url: str, ca_file: Path, token_file: Path) -> None:
    """Ask a running service as Metacontroller does: is it ready, and does it answer a sync?

    For `helm test`; nothing in the cluster changes. Ends with 1 and the reason if not.
    """
    Peer(url, ca_file).call("GET", "/readyz")
    click.echo("/readyz: it is ready")
    response: Obj = orjson.loads(Peer(url, ca_file, token_file).call("POST", "/sync", SELF_CHECK))
    children = response.get("children") or []
    if not children:
        msg = "/sync: the answer has no children"
        raise click.ClickException(msg)
    click.echo(f"/sync: it answers with {len(children)} children")
