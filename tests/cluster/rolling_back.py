"""`takeover apply` with a record and `takeover rollback`, and what objects are before and after."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from hooks.cli.program.command_line import main
from hooks.kube.differences import differing_paths
from hooks.kube.objects import Identity
from tests.cluster.api import Obj
from tests.cluster.many import BY_CONTROLLERS

COUNTING = ("resourceVersion", "generation")


def take_over(strategy: str, directory: Path) -> Result:
    """Run `takeover apply`, with the record in the directory."""
    record = str(directory / "record.json")
    command = ["takeover", "apply", "--yes", "--record", record, "--apply-strategy", strategy]
    return CliRunner().invoke(main, command)


def roll_back(directory: Path) -> Result:
    """Run `takeover rollback`, with the record in the directory."""
    record = str(directory / "record.json")
    return CliRunner().invoke(main, ["takeover", "rollback", "--yes", "--record", record])


def lasting(metadata: Obj) -> Obj:
    """Return metadata without what counts or dates changes."""
    rest = {name: part for name, part in metadata.items() if name not in COUNTING}
    return rest | {"managedFields": [_undated(entry) for entry in _of_object(metadata)]}


def content(obj: Obj) -> Obj:
    """Return what an object is, apart from its status and most of its metadata; data counts too."""
    rest = {name: part for name, part in obj.items() if name not in ("metadata", "status")}
    labels = obj["metadata"].get("labels") or {}
    return rest | {"labels": labels, "annotations": _annotations(obj)}


def differing(before: Mapping[Identity, Any], after: Mapping[Identity, Any]) -> list[str]:
    """Return the fields in which the objects that existed before are not as they were."""
    return [
        f"{place[1]}/{place[3]} {path}"
        for place, spec in before.items()
        for path in differing_paths(spec, after.get(place))
    ]


def managers(objects: Iterable[Obj]) -> set[tuple[str, str]]:
    """Return who manages fields of the objects, apart from those of a status, and how."""
    return {
        (entry["manager"], entry["operation"])
        for obj in objects
        for entry in _of_object(obj["metadata"])
    }


def _undated(entry: Obj) -> Obj:
    return {name: part for name, part in entry.items() if name != "time"}


def _of_object(metadata: Obj) -> list[Obj]:
    return [entry for entry in metadata.get("managedFields", []) if "subresource" not in entry]


def _annotations(obj: Obj) -> Obj:
    """Return the annotations that no controller of Kubernetes writes."""
    annotations = obj["metadata"].get("annotations") or {}
    return {name: text for name, text in annotations.items() if name not in BY_CONTROLLERS}
