"""`python -m hooks test`: whether recordings still get the responses that you expect."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
import orjson

from hooks.cli.inputs.files import (
    INVALID,
    UNREADABLE,
    ending_on_unusable_input,
    give_up,
)
from hooks.cli.inputs.recordings import (
    DIFFERENT,
    exchange_of,
    json_of,
    read_file,
    response_to,
)
from hooks.cli.output.printing import JSON, as_json, output_option, print_json
from hooks.cli.output.progress import waiting
from hooks.facts import Facts, UnknownFact
from hooks.kube.objects import Obj
from hooks.recording.comparison import ResponseDifference, differences
from hooks.recording.recording import Exchange, masked_responses

REQUEST, RESPONSE, FACTS = "request.json", "response.json", "facts.json"
EXPECTED: Final = "is not there: write it with --update, and read it"


@dataclass(frozen=True, slots=True)
class Case:
    """A folder with a recorded call and the response that is expected."""

    folder: Path

    @property
    def exchange(self) -> Exchange:
        """Return the call; ends the command where it cannot be read."""
        file = self.folder / REQUEST
        return exchange_of(json_of(read_file(file), str(file)), str(file), self._facts)

    @property
    def expected(self) -> Obj | None:
        """Return the response that is expected; None if there is none yet."""
        file = self.folder / RESPONSE
        if not file.exists():
            return None
        expected = json_of(read_file(file), str(file))
        if not isinstance(expected, dict):
            give_up(f"{file}: this is no response: it is not a JSON object", INVALID)
        return expected

    @property
    def _facts(self) -> Facts | None:
        file = self.folder / FACTS
        if not file.exists():
            return None
        texts = json_of(read_file(file), str(file))
        try:
            return Facts().updated({str(name): str(text) for name, text in texts.items()})
        except (AttributeError, UnknownFact) as error:
            give_up(f"{file}: {error}", INVALID)

    def write(self, response: Obj) -> None:
        """Write the response that is expected from now on."""
        content = as_json(response).encode()
        try:
            (self.folder / RESPONSE).write_bytes(content)
        except OSError as error:
            give_up(f"{self.folder / RESPONSE} cannot be written: {error.strerror}")


@dataclass(frozen=True, slots=True)
class Result:
    """What a test showed: differences, or that no response is expected."""

    case: Case
    differences: tuple[ResponseDifference, ...] = ()
    problem: str = ""

    @property
    def is_fine(self) -> bool:
        """Return whether the response is as expected."""
        return not (self.differences or self.problem)

    def lines(self) -> Iterator[str]:
        """Yield the lines about it."""
        yield from (f"{self.case.folder}: {difference}" for difference in self.differences)
        if self.problem:
            yield f"{self.case.folder}: {self.problem}"


@click.command("test")
@click.argument("folder", type=click.Path(path_type=Path), metavar="FOLDER")
@click.option("--update", is_flag=True, help="Write the responses instead of comparing them.")
@output_option
def test_command(folder: Path, output: str, *, update: bool) -> None:
    """Compare the responses to the calls in FOLDER with those that you expect.

    Each folder below FOLDER with a file request.json, which is a recording or the bare request of a
    hook, is a case; response.json beside it is the expected response. The facts of a bare request
    can be in facts.json, by name. --update writes each response.json: read the difference before
    you commit it. Prints a line per difference; numbers stand for secret values. Exit code 3: a
    response differs or none is expected; 2: a file is not a call; 1: a file cannot be read or
    written.
    """
    cases = [Case(file.parent) for file in sorted(_requests_in(folder))]
    if not cases:
        give_up(f"{folder}: there is no {REQUEST} in a folder below it", UNREADABLE)
    if update:
        _update(cases, output)
        return
    with waiting("comparing the responses"):
        results = [_result(case) for case in cases]
    _print(results, output)
    if not all(result.is_fine for result in results):
        sys.exit(DIFFERENT)


def _requests_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        give_up(f"{folder} is no directory", UNREADABLE)
    return [*folder.rglob(REQUEST)]


def _update(cases: list[Case], output: str) -> None:
    """Write the responses that are new or changed, and print where."""
    with waiting("writing the responses"):
        written = [str(case.folder / RESPONSE) for case in cases if _is_written(case)]
    if output == JSON:
        print_json({"cases": len(cases), "written": written})
        return
    for file in written:
        click.echo(f"{file} is written")
    click.echo(f"{len(written)} of {len(cases)} responses are new or changed")


def _is_written(case: Case) -> bool:
    """Write the response of a case unless it is the expected one; return whether it was not."""
    response = _response(case)
    is_new = case.expected != response
    if is_new:
        case.write(response)
    return is_new


def _response(case: Case) -> Obj:
    """Return the response as it is read back from a file."""
    response = response_to(case.exchange, str(case.folder))
    read_back: Obj = orjson.loads(orjson.dumps(response))
    return read_back


def _result(case: Case) -> Result:
    expected = case.expected
    if expected is None:
        return Result(case, problem=f"{RESPONSE} {EXPECTED}")
    response = _response(case)
    if expected == response:
        return Result(case)
    with ending_on_unusable_input():
        shown = differences(*masked_responses(case.exchange, expected, response))
    # Two values with one stand-in: which they are is not said.
    return Result(case, tuple(shown), "" if shown else "a secret value differs")


def _print(results: list[Result], output: str) -> None:
    if output == JSON:
        print_json([_as_json(result) for result in results])
        return
    for line in (line for result in results for line in result.lines()):
        click.echo(line)
    fine = sum(result.is_fine for result in results)
    click.echo(f"{fine} of {len(results)} responses are as expected", err=True)


def _as_json(result: Result) -> Obj:
    found = [difference.as_json for difference in result.differences]
    return {"case": str(result.case.folder), "differences": found, "problem": result.problem}
