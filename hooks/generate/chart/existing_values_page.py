"""The page on values of Instana's own chart, made from their table."""

from collections.abc import Iterable, Iterator
from typing import Final

from hooks.generate.chart.existing_values import Verdict, of_verdict

HEADER: Final = """# Values of Instana's own chart

Generated from the table of existing values by `make generate`.
[helm.md](helm.md#from-instanas-own-chart) describes how to upgrade a release of that chart to this
chart.

Values for the chart 2.0.x work: all documented values reach the resource as before, except those
listed here. A number or boolean must be in quotes where the resource has a string, such as an image
tag, because YAML reads `no` and `1.10` as something else. Ports need no quotes. Variables in
`agent.env` need none either, unless Helm would change the number: that chart wrote 1000000 as
`1e+06`.

The chart 2.0.x removed line breaks at the end of `agent.configuration_yaml`; this one keeps them.
So an upgrade adds a line break to the resource, which increases its `generation`, and to the file
that agents read. No pod restarts.
"""
SECTIONS: Final = {
    Verdict.EFFECTIVE: "The chart 2.0.x documents these values, but does not, or not always, pass "
    "them on. They work here; the notes of `helm upgrade`, also with `--dry-run=server`, list "
    "those that you set and that make a difference.",
    Verdict.IGNORED: "These values had no effect there, or configure something that no longer "
    "exists. The notes list those that you set.",
    Verdict.REFUSED: "These values of the chart 1.x are not accepted. Helm fails with the list "
    "of those that you set, and changes nothing.",
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
