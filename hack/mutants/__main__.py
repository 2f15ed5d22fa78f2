"""The command of `make mutants`: try samples, list what survived, fail if that is too much."""

import argparse
import contextlib
import gc
import importlib
import os
import pickle
import random
import sys
import time
import warnings
from collections import Counter
from pathlib import Path
from typing import Final

from hack.mutants.baseline import Baseline, measured, remembered
from hack.mutants.sample import Result, Suite, all_mutants, trees_of, tried
from hack.mutants.trial import Outcome
from hack.mutants.uses import Uses

PACKAGES: Final = ("hooks.desired", "hooks.status", "hooks.rules")
LEAST_KILLED: Final = 0.9
PROGRESS: Final = 50

SELECTION: Final = (
    "tests/unit",
    # They are about other packages.
    "--ignore=tests/unit/automation",
    "--ignore=tests/unit/cli",
    "--ignore=tests/unit/deploy",
    "--ignore=tests/unit/generate/chart",
    "--ignore=tests/unit/kube",
    "--ignore=tests/unit/models",
    "--ignore=tests/unit/server",
    # That a generated file would be another one tells of a change, and not that it is wrong.
    "--deselect=tests/unit/generate/crd/test_definition.py::test_generated_files_are_up_to_date",
    "--deselect=tests/unit/generate/crd/test_definition.py::test_the_file_holds_the_definition",
)


def main(arguments: list[str]) -> int:
    """Return 0 if enough mutants of each package were killed."""
    options = _options(arguments)
    started = time.monotonic()
    print(f"seed {options.seed}: {options.count} mutants of each of {', '.join(options.packages)}")
    product = options.packages[0].partition(".")[0]
    baseline = _baseline(product, options.baseline, options.processes)
    print(f"{len(baseline.seconds)} tests, {_minutes(started)} so far", flush=True)
    trees = trees_of(Path(), product)
    suite = Suite(baseline, SELECTION[1:], Uses(trees))
    _import_all(baseline.modules)
    enough = []
    for package in options.packages:
        mutants = all_mutants(Path(), package, trees)
        seed = f"{options.seed} {package}"
        results: list[Result] = []
        with contextlib.suppress(KeyboardInterrupt):  # what was found so far is told
            for result in tried(mutants, options.count, seed, suite, options.processes):
                results.append(result)
                _tell(result, len(results))
        enough.append(_report(package, len(mutants), results))
        print(f"{_minutes(started)} so far\n", flush=True)
    return 0 if all(enough) else 1


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("packages", nargs="*", default=PACKAGES)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))  # noqa: S311
    parser.add_argument("--count", type=int, default=500, help="mutants of each package")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--baseline", type=Path, help="a file to keep what is known of the tests")
    return parser.parse_args(arguments)


def _baseline(product: str, file: Path | None, processes: int) -> Baseline:
    if file and file.is_file():
        return remembered(file)
    baseline = measured(product, [*SELECTION], processes)
    if file:
        file.write_bytes(pickle.dumps(baseline))
    return baseline


def _import_all(modules: tuple[str, ...]) -> None:
    """Import what tests import, for all trials to come; what cannot be is left to them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in modules:
            try:
                importlib.import_module(name)
            except Exception:  # noqa: BLE001, S112
                continue
    gc.freeze()


def _tell(result: Result, number: int) -> None:
    """Say what survived as it does, and from time to time how far it is."""
    if result.outcome is Outcome.SURVIVED:
        print(f"survived {result.tests} tests: {result.mutant}", flush=True)
    if number % PROGRESS == 0:
        print(f"{number} tried", flush=True)


def _report(package: str, of: int, results: list[Result]) -> bool:
    """Print the figures of a package, and return whether enough was killed."""
    found = Counter(result.outcome for result in results)
    count = found.total() - found[Outcome.STILLBORN]
    killed = count - found[Outcome.SURVIVED]
    print(
        f"{package}: {killed} of {count} killed ({killed / max(count, 1):.1%}), "
        f"{found[Outcome.ENDLESS]} of them did not end; drawn from {of}, "
        f"of which {found[Outcome.STILLBORN]} could not be imported"
    )
    return count > 0 and killed >= LEAST_KILLED * count


def _minutes(since: float) -> str:
    seconds = int(time.monotonic() - since)
    return f"{seconds // 60} min {seconds % 60:02} s"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
