"""The chart as Helm renders it."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.support.files import loaded
from tests.support.tools import LITTLE_COLLECTION, needs

Obj = dict[str, Any]

CHART = Path("helm-chart")
RELEASE = NAMESPACE = "instana-agent"
DEFINITION = CHART / "crds/agents.instana.io.yaml"
KUBERNETES = "--kube-version=1.30.0"
"""What Helm takes for the cluster's where it asks none depends on how Helm was built."""


def binary() -> str | None:
    """Return the Helm to run: what HELM names, or the one in the PATH."""
    return os.environ.get("HELM") or shutil.which("helm")


needs_helm = needs("helm", found=binary())


class Refused(AssertionError):
    """Helm ended with an error; its text is what it said."""


def helm(*arguments: str, stdin: str | None = None, **environ: str) -> str:
    """Return what Helm prints; raises Refused with what it says on an error."""
    program = binary()
    assert program
    done = subprocess.run(
        [program, *arguments],
        check=False,
        capture_output=True,
        text=True,
        input=stdin,
        env=os.environ | LITTLE_COLLECTION | environ,
    )
    if done.returncode:
        raise Refused(done.stderr)
    return done.stdout


def rendered(
    values: Obj | str | None = None,
    *options: str,
    chart: Path = CHART,
    release: str = RELEASE,
    namespace: str = NAMESPACE,
) -> list[Obj]:
    """Return the objects of the chart with values: a dict, or the text of a values file."""
    text = values if isinstance(values, str) else json.dumps(values or {})
    arguments = ["template", release, str(chart), "--namespace", namespace, "--values", "-"]
    if not any(each.startswith("--kube-version") for each in options):
        arguments.append(KUBERNETES)
    return loaded(helm(*arguments, *options, stdin=text))


def agent_of(objects: list[Obj]) -> Obj:
    """Return the InstanaAgent among the objects."""
    (agent,) = [each for each in objects if each["kind"] == "InstanaAgent"]
    return agent


def spec_of(values: Obj | str | None = None, *options: str) -> Obj:
    """Return the spec of the InstanaAgent that values make."""
    spec: Obj = agent_of(rendered(values, *options, "--show-only", "templates/agent.yaml"))["spec"]
    return spec
