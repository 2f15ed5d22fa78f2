"""A folder with one file per object, which a later run replaces."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from hooks.cli.inputs.files import give_up
from hooks.kube.objects import Obj
from hooks.kube.plain_yaml import as_yaml

LIST: Final = ".instana-hooks-files"
"""Names the files that a run wrote: the next one may replace and delete these."""

ENDING: Final = ".yaml"
PRIVATE, PUBLIC = 0o600, 0o644


def write_folder(folder: Path, objects: Iterable[Obj]) -> int:
    """Write each object to `kind-name.yaml`, delete files of a former run; return how many.

    Ends the command if the folder has files that no run made, or if it cannot be written.
    """
    files = files_of(objects)
    try:
        former = _former(folder)
        _check_others(folder, files, former)
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / LIST, "".join(f"{name}\n" for name in sorted({*files, *former})), PUBLIC)
        for name, obj in files.items():
            _write(folder / name, as_yaml([obj]), PRIVATE if obj["kind"] == "Secret" else PUBLIC)
        for name in former - files.keys():
            (folder / name).unlink(missing_ok=True)
        _write(folder / LIST, "".join(f"{name}\n" for name in sorted(files)), PUBLIC)
    except OSError as error:
        give_up(f"{folder} cannot be written: {error.strerror}")
    return len(files)


def files_of(objects: Iterable[Obj]) -> Mapping[str, Obj]:
    """Return the objects by the names of their files; equal names get a number."""
    found: dict[str, Obj] = {}
    counts: Counter[str] = Counter()
    for obj in objects:
        stem = f"{obj['kind']}-{obj['metadata']['name']}".lower().replace(":", "-")
        counts[stem] += 1
        number = f"-{counts[stem]}" if counts[stem] > 1 else ""
        found[f"{stem}{number}{ENDING}"] = obj
    return found


def _former(folder: Path) -> set[str]:
    """Return the names of the files that a former run wrote."""
    try:
        names = (folder / LIST).read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return set()
    return {name for name in names if name.endswith(ENDING) and "/" not in name}


def _check_others(folder: Path, files: Mapping[str, Obj], former: set[str]) -> None:
    """End the command if the folder has files of others that would be mixed up or replaced."""
    there = set(os.listdir(folder)) if folder.exists() else set()  # noqa: PTH208  names only
    if there and LIST not in there:
        give_up(f"{folder} is not empty, and this command did not make it: name another folder")
    taken = sorted(there & files.keys() - former)
    if taken:
        give_up(
            f"{folder / taken[0]} was not made by this command: move it, or name another folder"
        )


def _write(file: Path, text: str, mode: int) -> None:
    """Write a file as a whole, with these permissions from the start."""
    beside = file.with_name(f".{file.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as stream:
        stream.write(text)
    beside.replace(file)
