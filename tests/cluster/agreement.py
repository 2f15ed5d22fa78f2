"""Whether the service and the API server agree about specs with mistakes in parts of pods.

`python -m tests.cluster.agreement --seed=7 --count=5000` asks the API server that KUBECONFIG names
and prints the report by field. Only the children that a mistake changes are asked for, by a dry
run: of what the service takes those that it makes, of what it refuses the smallest ones with the
given parts put into them as they are.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeAlias

import requests

from hooks.admission import errors_in
from hooks.facts import Facts
from hooks.generate.crd import departures
from hooks.kube.objects import Obj
from tests.cluster.api import Api
from tests.cluster.conftest import prepared_api
from tests.cluster.touched_children import made_of, transplanted
from tests.support.pod_mistakes import Mistaken, mistaken_specs

Asked: TypeAlias = Callable[[Obj], str]
"""Asks an API server to create an object, returns why it does not; empty if it does."""

SUFFICES: Final = 0.005
"""The share that the service may refuse of what the API server takes."""
NOT_ASKED: Final = "not asked: no child has this part as it is"
NO_REASON: Final = "none is known"
HELD_BACK: Final = {
    "(rule required-field)": "the schema of Kubernetes requires it, though nothing asks for it",
    "(rule pull-secret-repeated)": "server-side apply refuses two entries of one name",
    "(rule pull-secret-name)": "no Secret can have that name",
    "(rule topology-spread-field)": "Kubernetes before 1.34 refuses it",
    "(rule too-long)": "the definition bounds how long a text may be",
    "(rule quantity)": "a null in a map of quantities is none in the definition",
    ".clusterTrustBundle": "the API server drops it unseen, as its feature gate is off",
    ".podCertificate": "the API server drops it unseen, as its feature gate is off",
}
"""Why the service refuses what the API server takes, by what is in its message."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What both say of a spec; empty where they take it."""

    case: Mistaken
    ours: str
    theirs: str
    definition: str
    """What the definition of the resource says by itself."""

    @property
    def agrees(self) -> bool:
        """Tell whether both take it, or none."""
        return bool(self.ours) is bool(self.theirs)

    @property
    def reason(self) -> str:
        """Return why the service refuses what the API server takes."""
        reasons = (why for part, why in HELD_BACK.items() if part in self.ours)
        return next(reasons, NO_REASON)

    def __str__(self) -> str:
        mistakes = ", ".join(f"{each.kind} {each.field}" for each in self.case.mistakes)
        why = "" if self.agrees or self.theirs else f"\n    reason: {self.reason}"
        return f"{mistakes}\n    {self.case.spec}\n    {self.theirs or self.ours}{why}"


@dataclass(slots=True)
class Agreement:
    """All verdicts."""

    verdicts: list[Verdict] = field(default_factory=list)

    @property
    def let_through(self) -> list[Verdict]:
        """Return those that the service takes and the API server refuses."""
        return [each for each in self.verdicts if each.theirs and not each.ours]

    @property
    def held_back(self) -> list[Verdict]:
        """Return those that the service refuses and the API server takes."""
        return [each for each in self.verdicts if each.ours and not each.theirs]

    @property
    def unforeseen(self) -> list[Verdict]:
        """Return those that the definition refuses although the service takes them."""
        return [each for each in self.verdicts if each.definition and not each.ours]

    def report(self) -> str:
        """Return a table by field: how many specs had a mistake there, and what became of them."""
        counts = Counter[tuple[str, str]]()
        for verdict in self.verdicts:
            for each in {mistake.field for mistake in verdict.case.mistakes}:
                counts[each, _outcome(verdict)] += 1
        fields = sorted({name for name, _ in counts})
        lines = [f"{'refused':>8}{'taken':>8}{'passed':>8}{'held':>8}  field"]
        for name in fields:
            row = (counts[name, outcome] for outcome in OUTCOMES)
            lines.append("".join(f"{count:>8}" for count in row) + f"  {name}")
        return "\n".join(lines)


OUTCOMES: Final = ("refused", "taken", "passed", "held")
"""Both refuse it, both take it, only the API server refuses it, only the service does."""


def _outcome(verdict: Verdict) -> str:
    if verdict.agrees:
        return "refused" if verdict.ours else "taken"
    return "passed" if verdict.theirs else "held"


def agreement_on(cases: Iterable[Mistaken], ask: Asked) -> Agreement:
    """Return the verdicts on the specs."""
    return Agreement([verdict_on(case, ask) for case in cases])


def verdict_on(case: Mistaken, ask: Asked) -> Verdict:
    """Return what the service says of a spec, and what the API server does of its children."""
    ours = our_verdict(case.resource)
    children = transplanted(case.spec) if ours else made_of(case.resource)
    theirs = next(filter(None, map(ask, children)), "")
    if ours and not children:
        theirs = NOT_ASKED
    return Verdict(case, ours, theirs, ask(case.resource))


def our_verdict(resource: Obj) -> str:
    """Return what `python -m hooks validate` finds first; empty if that is nothing."""
    found = [*departures(resource), *errors_in(resource, Facts())]
    return str(found[0]) if found else ""


def refusal_by(api: Api, obj: Obj) -> str:
    """Return why the API server does not create an object, in a dry run; empty if it does."""
    params = {"dryRun": "All", "fieldValidation": "Strict"}
    response = api.session.post(api.url(obj, named=False), params=params, json=obj)
    if response.ok:
        return ""
    taken = (requests.codes.bad_request, requests.codes.unprocessable_entity)
    assert response.status_code in taken, response.text
    message: str = response.json()["message"]
    return message


def _main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=5000)
    options = parser.parse_args()
    ask = partial(refusal_by, prepared_api())
    found = agreement_on(mistaken_specs(options.count, options.seed), ask)
    print(found.report())  # noqa: T201
    known = sum(bool(each.definition) for each in found.verdicts if each.ours)
    print(f"\nRefused by the definition itself: {known}")  # noqa: T201
    for title, verdicts in (
        ("Let through", found.let_through),
        ("Held back", found.held_back),
        ("Unforeseen", found.unforeseen),
    ):
        print(f"\n{title}: {len(verdicts)}", *verdicts, sep="\n")  # noqa: T201
    return len(found.let_through) > 0


if __name__ == "__main__":
    sys.exit(_main())
