"""Proposed changes of resources: files, and a real Git repository with them."""

import subprocess
from pathlib import Path
from typing import Any

from hooks.kube.objects import Obj
from hooks.kube.plain_yaml import as_yaml

NAMESPACE = NAME = "instana-agent"
KEY = "sentinel-agent-key"


def resource(name: str = NAME, **spec: Any) -> Obj:
    """Return a valid resource; a field of the agent goes by `agent`."""
    agent = {"key": KEY, "endpointHost": "host.example", "endpointPort": "443"}
    return {
        "apiVersion": "instana.io/v1",
        "kind": "InstanaAgent",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"cluster": {"name": "c"}, "agent": agent | spec.pop("agent", {}), **spec},
    }


def git(place: Path, *arguments: str) -> str:
    """Run git as somebody, whoever it is."""
    who = ["-c", "user.name=n", "-c", "user.email=e@example.com"]
    command = ["git", "-C", str(place), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def write(place: Path, files: dict[str, Any]) -> None:
    """Write objects as YAML, and texts as they are."""
    for name, content in files.items():
        file = place / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else as_yaml([content]))


def commit(place: Path, files: dict[str, Any], branch: str) -> None:
    """Commit files to a new branch, made from the present one."""
    if not (place / ".git").exists():
        place.mkdir(parents=True, exist_ok=True)
        git(place, "init", "--quiet", f"--initial-branch={branch}")
    else:
        git(place, "checkout", "--quiet", "-b", branch)
    write(place, files)
    git(place, "add", "--all")
    git(place, "commit", "--quiet", "--allow-empty", "--message", "files")
