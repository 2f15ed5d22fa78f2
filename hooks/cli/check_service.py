"""`python -m hooks check-service`: checks that a running service responds as it should."""

from pathlib import Path

import click
import orjson

from hooks.cli.cluster.https import Peer
from hooks.kube.objects import Obj
from hooks.server.readiness import SELF_CHECK


@click.command("check-service", hidden=True)
@click.option("--url", required=True, help="URL of the service, such as https://host.")
@click.option("--ca-file", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--token-file", type=click.Path(exists=True, path_type=Path), required=True)
def service_check(url: str, ca_file: Path, token_file: Path) -> None:
    """Check that a running service is ready and responds to a sync, as Metacontroller calls it.

    For `helm test`; changes nothing in the cluster. Exit code 1, with the reason: a check failed.
    """
    Peer(url, ca_file).call("GET", "/readyz")
    click.echo("/readyz: the service is ready")
    response: Obj = orjson.loads(Peer(url, ca_file, token_file).call("POST", "/sync", SELF_CHECK))
    children = response.get("children") or []
    if not children:
        msg = "/sync: the response has no children"
        raise click.ClickException(msg)
    click.echo(f"/sync: the response has {len(children)} children")
