"""The page on what is checked, made from the table of rules."""

from collections import Counter
from collections.abc import Iterator

from hooks.rules import TABLE, Layer, Rule
from hooks.rules.cases import CASES, Case

HEADER = """# What is checked

Made from the table of rules by `make generate`. A mistake is refused by the first layer that can
see it:

- **schema**: types, required fields and known fields, by the definition of the resource;
- **CEL**: rules in the definition, which needs nothing else. An unchanged part of a stored resource
  is not asked again, so that it can still be labelled and deleted;
- **policy**: the ValidatingAdmissionPolicies of `deploy/admission`, which also give the warnings.
  They are optional, and need no webhook: `kubectl apply -k deploy/admission`. They too let an
  unchanged part of a stored resource pass, so that its other fields can be changed, but warn again;
- **service**: the sync hook. An invalid resource that got there keeps its children as they are, and
  its condition `Valid` says why, with the rule's identifier; so do the log line (`rules`) and the
  metric `instana_hooks_rules_broken_total`.

`python -m hooks validate FILE...` asks all of them without a cluster, and `--strict` counts
warnings as problems. In a path `[]` stands for each item of a list, `{}` for each value of a map.
Where a rule is not asked of the service, that carries out all else of a stored resource, and its
condition `ReferencesResolved` names what is missing. The key of a certificate is compared with it
in the service, as far as both encodings tell (RSA, and elliptic curves that name their public key).
"""
ERRORS = """
## Errors

| Rule | Path | Layers | Message | Since |
| --- | --- | --- | --- | --- |
"""
WARNINGS = """
## Warnings

| Rule | Path | Layers | Message | Since |
| --- | --- | --- | --- | --- |
"""
CASES_HEADER = """
## Mistakes that the Go operator takes, or fails of

| Case | Here | Rule | First layer |
| --- | --- | --- | --- |
"""
LAYERS_HEADER = """
Refused cases by the first layer that can see them:

| Layer | Cases |
| --- | --- |
"""


def validation_page() -> str:
    """Return the page as Markdown: a row per rule, then one per case."""
    errors = [rule for rule in TABLE if rule.is_error]
    warnings = [rule for rule in TABLE if not rule.is_error]
    return (
        HEADER
        + ERRORS
        + "".join(map(_row, errors))
        + WARNINGS
        + "".join(map(_row, warnings))
        + CASES_HEADER
        + "".join(_case(name, CASES[name]) for name in sorted(CASES))
        + LAYERS_HEADER
        + "".join(_counts())
    )


def _row(rule: Rule) -> str:
    paths = ", ".join(f"`{path}`" for path in rule.paths)
    layers = ", ".join(rule.layers)
    message = rule.message.replace("|", "\\|")
    return f"| `{rule.identifier}` | {paths} | {layers} | {message} | {rule.since} |\n"


def _case(name: str, case: Case) -> str:
    rule = f"`{case.rule}`" if case.rule else ""
    return f"| {name} | {case.verdict} | {rule} | {case.first_layer or ''} |\n"


def _counts() -> Iterator[str]:
    counts = Counter(case.first_layer for case in CASES.values())
    for layer in Layer:
        yield f"| {layer} | {counts[layer]} |\n"
