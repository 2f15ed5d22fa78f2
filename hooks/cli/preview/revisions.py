"""The YAML and JSON files of a folder, or of a revision in a Git repository, as bytes.

Nothing of a revision is checked out or run: `git` prints the content of the files.
"""

import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from hooks.cli.inputs.files import LARGEST

SUFFIXES: Final = (".yaml", ".yml", ".json")
MOST_FILES: Final = 5_000
SECONDS: Final = 60
REGULAR: Final = ("100644", "100755")
"""Modes of files; links and submodules are left out."""

NOT_LISTED: Final = ".git"


class UnreadableSide(Exception):
    """A side of the comparison is no folder, and no revision that `git` knows."""


def files_of(side: str, repository: Path, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a folder or a revision, by name; only those below the paths, if any.

    Raises UnreadableSide.
    """
    if _is_folder(side):
        return _in_folder(Path(side), paths)
    return _in_revision(_commit(side, repository), repository, paths)


def common_ancestor(base: str, head: str, repository: Path) -> str:
    """Return the revision where head left base; the base if there is none, or it is a folder."""
    if _is_folder(base) or _is_folder(head):
        return base
    sides = (_commit(side, repository) for side in (base, head))
    found = _git(repository, "merge-base", *sides)
    return found.stdout.decode().strip() if found.returncode == 0 else base


def _is_folder(side: str) -> bool:
    return bool(side) and Path(side).is_dir()


def _in_folder(folder: Path, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    found = sorted(path for path in folder.rglob("*") if _is_file(folder, path, paths))
    _check_number(len(found))
    size = 0
    for path in found:
        size = _checked_size(size + path.stat().st_size)
        yield path.relative_to(folder).as_posix(), path.read_bytes()


def _is_file(folder: Path, path: Path, paths: Sequence[str]) -> bool:
    name = path.relative_to(folder)
    is_regular = path.is_file() and not path.is_symlink() and NOT_LISTED not in name.parts
    is_below = not paths or any(name.is_relative_to(Path(below)) for below in paths)
    return is_regular and is_below and path.suffix in SUFFIXES


def _commit(revision: str, repository: Path) -> str:
    """Return the commit of a revision: text that `git` cannot take for an option."""
    arguments = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    found = _git(repository, *arguments)
    if found.returncode:
        msg = f"{revision!r} is no folder, and no revision of the Git repository {repository}"
        raise UnreadableSide(msg)
    return found.stdout.decode().strip()


def _in_revision(
    commit: str, repository: Path, paths: Sequence[str]
) -> Iterator[tuple[str, bytes]]:
    listed = _git(repository, "ls-tree", "-r", "-z", "-l", "--full-tree", commit, "--", *paths)
    if listed.returncode:
        msg = f"the files of {commit} cannot be listed"
        raise UnreadableSide(msg)
    files = [found for line in listed.stdout.split(b"\0") if (found := _listed(line))]
    _check_number(len(files))
    _checked_size(sum(size for _, _, size in files))
    for name, blob, _ in files:
        yield name, _git(repository, "cat-file", "blob", blob).stdout


def _listed(line: bytes) -> tuple[str, str, int] | None:
    """Return the name, the blob and the size of a regular file with one of the suffixes."""
    about, _, name = line.decode("utf-8", "replace").partition("\t")
    mode, _, rest = about.partition(" ")
    if mode not in REGULAR or not name.endswith(SUFFIXES):
        return None
    _, blob, size = rest.split()
    return name, blob, int(size)


def _git(repository: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = ["git", "-C", str(repository), *arguments]
    try:
        return subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603
    except FileNotFoundError:
        msg = "git is not in the PATH: install it, or pass two folders"
        raise UnreadableSide(msg) from None
    except subprocess.TimeoutExpired:
        msg = f"git {arguments[0]} took longer than {SECONDS} s"
        raise UnreadableSide(msg) from None


def _check_number(files: int) -> None:
    if files > MOST_FILES:
        msg = f"there are {files} files, more than {MOST_FILES}: pass --path for those that count"
        raise UnreadableSide(msg)


def _checked_size(size: int) -> int:
    if size > LARGEST:
        msg = f"the files have more than {LARGEST:,} bytes: pass --path for those that count"
        raise UnreadableSide(msg)
    return size
