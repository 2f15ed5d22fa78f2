"""The page on values of Instana's own chart, made from their table."""

from collections.abc import Iterable, Iterator
from typing import Final

from hooks.generate.chart.existing_values import Verdict, of_verdict

HEADER: Final = """# Values of Instana's own chart

Made from the table of existing values by `make generate`. How a release of that chart becomes one
of this chart is in [helm.md](helm.md#from-instanas-own-chart).

Values for the chart 2.0.x work: all that it documents reaches the resource as it did, but for what
is listed here. A number or a truth value where the resource has a text has to stand in quotes
(such as an image tag), as YAML reads `no` and `1.10` as something else. Ports need none, nor do the
variables in `agent.env`, unless Helm would change the number: 1000000 was `1e+06` there.

The chart 2.0.x cut off the line breaks at the end of `agent.configuration_yaml`; this one keeps
them. So an upgrade adds a line break to the resource, whose `generation` counts up, and to the file
that agents read. No pod restarts for it.
"""
SECTIONS: Final = {
    Verdict.EFFECTIVE: "The chart 2.0.x documents these and does not pass them on, or not always. "
    "They work here; the notes of `helm upgrade`, and of its `--dry-run=server`, name those that "
    "are given and make a difference.",
    Verdict.IGNORED: "These had no effect there, or are about what is not there any more. The "
    "notes name those that are given.",
    Verdict.REFUSED: "These are values of the chart 1.x that are something else now. Helm ends "
    "with the list of those that are given, and nothing is changed.",
}


def existing_values_page() -> str:
    """Return the page in Markdown."""
    return HEADER + "".join(map(_section, SECTIONS))


def _section(verdict: Verdict) -> str:
    return (
        f"\n## What {verdict}\n\n{SECTIONS[verdict]}\n\n| Value | What to know |\n| --- | --- |\n"
        + "".join(_rows(verdict))
    )


def _rows(verdict: Verdict) -> Iterator[str]:
    by_remedy: dict[str, list[str]] = {}
    for existing in of_verdict(verdict):
        by_remedy.setdefault(existing.remedy, []).append(existing.name)
    return (f"| {_names(names)} | {_sentence(remedy)} |\n" for remedy, names in by_remedy.items())


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _sentence(remedy: str) -> str:
    return f"{remedy[0].upper()}{remedy[1:]}."
