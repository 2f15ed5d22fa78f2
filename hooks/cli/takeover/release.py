"""`python -m hooks takeover release`: what the chart's Job does before it upgrades an old release.

It reads and changes only the objects that its options name: its service account has rights on
exactly these, by name.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import click

from hooks.cli.cluster.https import ACCOUNT, Peer, api_server
from hooks.cli.takeover.account import COLLECTIONS, Account
from hooks.cli.takeover.group import (
    apply_strategy_option,
    field_manager_option,
    takeover_command,
)
from hooks.cli.takeover.report import Report
from hooks.cli.takeover.run import NoJournal, Run, take_over, without_asking
from hooks.kube.objects import Obj
from hooks.takeover import Cluster, Patch, Plan, Settings, Step, Strategy, plan
from hooks.takeover.running_operator import operators

Named: TypeAlias = tuple[tuple[str, str], ...]
"""Kinds and names of objects."""


@dataclass(frozen=True, slots=True)
class Release:
    """The objects that are handed over, each by kind and name."""

    account: Account
    settings: Settings
    objects: Named
    timeout: float

    def plan(self) -> Plan:
        """Read the objects and return what is left to do."""
        found = [
            obj for kind, name in self.objects if (obj := self.account.get(kind, name)) is not None
        ]
        deployments = operators(Cluster(tuple(found)))
        pods = [pod for deployment in deployments for pod in self._pods_of(deployment)]
        return plan(Cluster((*found, *pods)), self.settings)

    def carry_out(self, step: Step) -> None:
        """Write the step's patch; no step deletes one of these objects."""
        if isinstance(step.change, Patch):
            self.account.patch(step.obj, step.change.body)

    def _pods_of(self, deployment: Obj) -> list[Obj]:
        labels = deployment["spec"]["selector"]["matchLabels"]
        return self.account.select("Pod", labels)


def _named(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> Named:
    pairs = tuple((kind, name) for kind, _, name in (text.partition("/") for text in texts))
    unknown = [kind for kind, name in pairs if kind not in COLLECTIONS or not name]
    if unknown:
        msg = f"must be KIND/NAME, with one of the kinds {', '.join(COLLECTIONS)}"
        raise click.BadParameter(msg)
    return pairs


@takeover_command.command("release", hidden=True)
@click.option("-n", "--namespace", required=True, help="Namespace of the release.")
@click.option(
    "--object",
    "objects",
    multiple=True,
    required=True,
    callback=_named,
    metavar="KIND/NAME",
    help="An object to hand over: the Go operator's Deployment, the InstanaAgent, or a child of "
    "it.",
)
@apply_strategy_option
@field_manager_option
@click.option("--timeout", default=120.0, help="Seconds to wait until the Go operator has stopped.")
@click.option("--url", default=api_server, help="URL of the API server; default: the pod's own.")
@click.option("--ca-file", type=click.Path(path_type=Path), default=ACCOUNT / "ca.crt")
@click.option("--token-file", type=click.Path(path_type=Path), default=ACCOUNT / "token")
def release_command(
    namespace: str, apply_strategy: str, field_manager: str, objects: Named, **rest: Any
) -> None:
    """Hand over the named objects from a pod in the cluster, as the chart's Job does.

    Does not ask, and leaves no record. Has the exit codes of `takeover apply`.
    """
    timeout = rest.pop("timeout")
    account = Account(Peer(**rest), namespace)
    settings = Settings(Strategy(apply_strategy), field_manager)
    release = Release(account, settings, objects, timeout)
    take_over(Run(release, without_asking, NoJournal(), Report()))
