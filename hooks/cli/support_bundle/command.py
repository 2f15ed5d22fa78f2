"""`python -m hooks support-bundle`: what an incident is understood from, in one file."""

import io
import os
import tarfile
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Final

import click

from hooks.cli.inputs.files import ending_on_unusable_input, give_up
from hooks.cli.output.printing import JSON, as_json, output_option, print_json
from hooks.cli.support_bundle.kubectl import ReadingKubectl
from hooks.cli.support_bundle.reading import AGENTS, SupportReader
from hooks.recording.bundle import Collected, masked
from hooks.server.clock import now
from hooks.server.settings import POD_NAMESPACE, READERS

PRIVATE: Final = 0o600
NEW: Final = os.O_CREAT | os.O_EXCL | os.O_WRONLY
NOT_READ: Final = "not-read.txt"
TIME_MARKS: Final = str.maketrans("", "", "-:")


@click.command("support-bundle")
@click.argument("name", default="", metavar="[NAME]")
@click.option("-n", "--namespace", default="instana-agent", show_default=True)
@click.option("--service-namespace", help="Where the service runs; the namespace of the agents.")
@click.option("--context", help="Context of the kubeconfig.")
@click.option("--kubeconfig", type=click.Path(path_type=Path), help="The kubeconfig.")
@click.option("-f", "--file", "target", type=click.Path(path_type=Path), help="The file to write.")
@output_option
def support_bundle_command(  # noqa: PLR0913  one for each option
    *,
    name: str,
    namespace: str,
    service_namespace: str | None,
    context: str | None,
    kubeconfig: Path | None,
    target: Path | None,
    output: str,
) -> None:
    """Collect what support needs to know of the InstanaAgent NAME, as one .tar.gz.

    Versions, the resource with its status, its children and pods, events, the controllers, and of
    the service's pods their logs and recordings, all through your kubectl and with your rights.
    Numbers stand for secret values, equal ones for equal values. Your own Secrets are not read.
    What cannot be read is listed on standard error, and in not-read.txt. Exit code 1: no
    InstanaAgent can be read, or the file cannot be written.
    """
    options = (
        *((f"--context={context}",) if context else ()),
        *((f"--kubeconfig={kubeconfig}",) if kubeconfig else ()),
    )
    reader = SupportReader(ReadingKubectl(options), namespace, service_namespace or namespace)
    collected = reader.read(name)
    if not collected.objects["resource.json"]:
        what = f"InstanaAgent {name}" if name else "InstanaAgent"
        failures = (reason for reason in collected.not_read if reason.startswith(AGENTS))
        why = next(failures, "none exists")
        give_up(f"no {what} in {namespace} can be read: {why}")
    file = target or Path(f"instana-support-{now().translate(TIME_MARKS)}.tar.gz")
    with ending_on_unusable_input():
        files = files_of(collected)
    _write(file, files)
    for failure in collected.not_read:
        click.echo(f"not read: {failure}", err=True)
    if output == JSON:
        print_json({"file": str(file), "notRead": collected.not_read})
    else:
        click.echo(f"{file} is written: read it before you pass it on")


def files_of(collected: Collected) -> dict[str, bytes]:
    """Return the content of each file in the bundle, by name."""
    objects, texts = masked(collected, frozenset(READERS) | {POD_NAMESPACE})
    files = {name: as_json(some).encode() for name, some in objects.items()}
    files |= {name: text.encode("utf-8", "replace") for name, text in texts.items()}
    files |= {name: text.encode("utf-8", "replace") for name, text in collected.recordings.items()}
    files[NOT_READ] = "".join(f"{failure}\n" for failure in collected.not_read).encode()
    return dict(sorted(files.items()))


def _write(file: Path, files: dict[str, bytes]) -> None:
    """Write the file as a whole, for its owner only."""
    unfinished = file.with_name(f".{file.name}-{token_hex(4)}")
    try:
        descriptor = os.open(unfinished, NEW, PRIVATE)
        with (
            os.fdopen(descriptor, "wb") as stream,
            tarfile.open(fileobj=stream, mode="w:gz") as tar,
        ):
            for name, content in files.items():
                tar.addfile(_member(name, content), io.BytesIO(content))
        unfinished.replace(file)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        give_up(f"{file} cannot be written: {error.strerror}")


def _member(name: str, content: bytes) -> tarfile.TarInfo:
    member = tarfile.TarInfo(f"instana-support/{name}")
    member.size, member.mode = len(content), PRIVATE
    return member
