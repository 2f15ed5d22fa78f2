"""The page on validation, made from the table of rules."""

from collections.abc import Iterator

from hooks.rules import TABLE, Rule
from hooks.rules.answer_size import (
    MOST_BYTES,
    MOST_WORK,
    OF_A_CONFIGURED_VALUE,
    OF_A_MERGED_VALUE,
    OF_A_NAMED_OBJECT,
    OF_A_REFERENCE,
    OF_A_VALUE,
    OF_A_VARIABLE,
    OF_A_WORKLOAD,
    PARTS_OF_TEXT,
)
from hooks.rules.bounds import AS_LONG_AS_NAMES, BOUNDS, ENTRIES, ITEMS, LENGTH

HEADER = """# What is checked

Made from the table of rules by `make generate`. The first layer that can see a problem rejects it:

- **schema**: types, required fields and known fields, by the CRD;
- **CEL**: rules in the CRD, which need nothing else. The API server does not check an unchanged
  part of a stored resource again, so you can still label and delete it;
- **policy**: the ValidatingAdmissionPolicies of `deploy/admission`, which also give the warnings.
  They need no webhook. Every overlay and the chart install them, unless you add the component
  `deploy/components/without-policies`, or set `controller.policies.enabled` to `false`. They also
  accept an unchanged part of a stored resource, so you can change its other fields, but they warn
  again;
- **webhook**: the API server calls the service ([how to install it](install.md#webhooks)). It
  checks what the policies check, and what takes more than an expression. It is optional, too;
- **service**: the sync hook. An invalid resource that is stored anyway keeps its children as they
  are. Its condition `Valid` shows why, with the rule's identifier; so do the log line (`rules`) and
  the metric `instana_hooks_rules_broken_total`.

`python -m hooks validate FILE...` checks all of them without a cluster; `--strict` counts warnings
as problems. It prints file, line and column of each value, or of the object that lacks it. In a
path `[]` stands for each item of a list, `{}` for each value of a map. If the column Layers lacks
`service`, the service still applies the rest of a stored resource, and the conditions
`ReferencesResolved` and `ConfigurationUsable` name what is missing. The service compares the key of
a certificate with the certificate as far as both encodings allow (RSA, and elliptic curves that
name their public key).

## Two InstanaAgents in one namespace

An agent uses the network of its node, so of two agents on a node only one gets the ports, and the
other stays pending. The rule `nodes-shared` warns when you write an InstanaAgent that certainly
shares nodes with another one in its namespace: their tolerations are the same, and one of them has
no node selector and no affinity that the other lacks. The API server compares both itself, because
the others are parameters of the policy `instana-agent-shared-nodes`; it sees a new one within
moments. `validate` compares the resources in its files. Neither looks into other namespaces, so
give the agents of each namespace their own nodes.

## What was stored before

Labels, finalizers, the status and deletions are not checked, and updates only if they change the
spec. The CRD then skips parts that stay as they are. The API server never finds content without a
schema (`configuration`, `overrides`) unchanged, so there the CRD accepts what broke a rule before.
The webhook rejects only problems that the update adds. A problem that the same rule finds in the
stored resource, in the same field and with the same value, becomes a warning. Its place in a list
does not matter, and neither does it matter if something too large, too long or of another type kept
the rule from being checked. At most 50,000 problems of the stored resource are compared. Problems
that only children show are the same if they have the same name. The policies check all of a changed
spec, but the one that rejects secrets accepts those that were stored before.

## Secrets in resources

Rules `inline-...` are about a key or password that a resource has as a value. You choose what
happens to it once for the policies and once for the webhook; in the chart
`controller.inlineSecrets` sets both.

| | Policies | Webhook: `INLINE_SECRETS` |
| --- | --- | --- |
| nothing | component `deploy/admission/inline-secrets-allow` | `Allow` |
| a warning, the default | no component | `Warn` |
| new ones are rejected | component `deploy/admission/inline-secrets-deny` | `Deny` |

```yaml
components:
  - instana-agent-hooks/deploy/admission/inline-secrets-deny
```

The policy also rejects while the service is down. With both policies and webhook, each warning
appears twice, wrapped differently: the webhook writes lines of at most 120 characters.

## Mistakes that the Go operator accepts or fails on

[tests/fixtures/rejected](../tests/fixtures/rejected/README.md) has a resource for each of them, and
what happens to it here.
"""
BOUNDED = """
## How much there may be

The children of a resource have at most {megabytes} MiB in all, and take at most {work:,} units of
work:

- for each DaemonSet and Deployment {of_a_workload}, and in each of them {of_a_variable} for a
  variable, {of_a_reference} for a `valueFrom` and for a Secret or ConfigMap of its volumes,
  {of_a_merged_value} for a value in its affinity, tolerations, spread constraints and override, and
  {of_a_value} for any other value of its pods;
- once {of_a_named_object} for each such `valueFrom`, Secret and ConfigMap, {of_a_merged_value} for
  each value in `spec.zones` and in overrides of other objects, {of_a_configured_value} for each
  value in `spec.agent.configuration` and for {parts_of_text} values of `configuration_yaml`.

That is room for 100 zones and 32 backends with 1,000 variables each. Each zone counts with all
settings of the agents, each backend with all settings of the k8sensors. Zones of nodes
(`spec.zone.automatic: NodeLabel`) count like those of the resource, and there may be as many of
them. A resource that was stored above a bound keeps its children as they are, and its condition
`Valid` shows that. The CRD has these bounds too, and further ones on the length of names. Nothing
may be nested deeper than 100 levels.

| Path | At most |
| --- | --- |
"""
UNITS = {ITEMS: "items", ENTRIES: "entries", LENGTH: "characters"}
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


def validation_page() -> str:
    """Return the page as Markdown, with a row per rule."""
    errors = [rule for rule in TABLE if rule.is_error]
    warnings = [rule for rule in TABLE if not rule.is_error]
    parts = [HEADER, _bounded(), ERRORS, *map(_row, errors), WARNINGS, *map(_row, warnings)]
    return "".join(parts)


def _bounded() -> str:
    text = BOUNDED.format(
        megabytes=MOST_BYTES // 1024**2,
        work=MOST_WORK,
        parts_of_text=PARTS_OF_TEXT,
        of_a_workload=OF_A_WORKLOAD,
        of_a_variable=OF_A_VARIABLE,
        of_a_reference=OF_A_REFERENCE,
        of_a_named_object=OF_A_NAMED_OBJECT,
        of_a_value=OF_A_VALUE,
        of_a_merged_value=OF_A_MERGED_VALUE,
        of_a_configured_value=OF_A_CONFIGURED_VALUE,
    )
    return text + "".join(_bounds())


def _bounds() -> Iterator[str]:
    """Yield a row for each bound except those on names."""
    for place, bound in sorted(BOUNDS.items()):
        for keyword, most in bound.items():
            if keyword != LENGTH or most > AS_LONG_AS_NAMES:
                yield f"| `{place}` | {most:,} {UNITS[keyword]} |\n"


def _row(rule: Rule) -> str:
    paths = ", ".join(f"`{path}`" for path in rule.paths)
    layers = ", ".join(rule.layers)
    message = rule.message.replace("|", "\\|")
    return f"| `{rule.identifier}` | {paths} | {layers} | {message} | {rule.since} |\n"
