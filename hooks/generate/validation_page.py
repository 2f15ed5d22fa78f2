"""The page on what is checked, made from the table of rules."""

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

Made from the table of rules by `make generate`. A mistake is refused by the first layer that can
see it:

- **schema**: types, required fields and known fields, by the definition of the resource;
- **CEL**: rules in the definition, which needs nothing else. An unchanged part of a stored resource
  is not asked again, so that it can still be labelled and deleted;
- **policy**: the ValidatingAdmissionPolicies of `deploy/admission`, which also give the warnings.
  They need no webhook. Every overlay and the chart install them, unless you add the component
  `deploy/components/without-policies`, or set `controller.policies.enabled` to `false`. They too
  let an unchanged part of a stored resource pass, so that you can change its other fields, but they
  warn again;
- **webhook**: the service, asked by the API server ([how to install it](install.md#webhooks)). It
  sees what the policies see, and what takes more than an expression. Optional, too;
- **service**: the sync hook. An invalid resource that got there keeps its children as they are, and
  its condition `Valid` says why, with the rule's identifier; so do the log line (`rules`) and the
  metric `instana_hooks_rules_broken_total`.

`python -m hooks validate FILE...` asks all of them without a cluster, and `--strict` counts
warnings as problems. It prints file, line and column of each value, or of what should have it.
In a path `[]` stands for each item of a list, `{}` for each value of a map.
Where a rule is not asked of the service, that carries out all else of a stored resource, and its
conditions `ReferencesResolved` and `ConfigurationUsable` name what is missing. The key of a
certificate is compared with it in the service, as far as both encodings tell (RSA, and elliptic
curves that name their public key).

## Two InstanaAgents in one namespace

An agent uses the network of its node, so of two agents on a node only one gets the ports, and the
other stays pending. The rule `nodes-shared` warns when you write an InstanaAgent that certainly has
the nodes of another one in its namespace: their tolerations are the same, and one of them has no
node selector and no affinity that the other has not. The API server compares both itself, as the
other ones are parameters of the policy `instana-agent-shared-nodes`; it learns of a new one within
moments. `validate` compares the resources in its files. Neither looks into other namespaces, so
give the agents of each namespace their own nodes.

## What was stored before

Neither labels, finalizers and the status nor a deletion are checked, and an update only where it
changes the spec. Then the definition does not ask again for parts that stay as they are; of those
that hold content without a schema (`configuration`, `overrides`), which the API server never finds
unchanged, it lets pass what was broken before. The webhook refuses the mistakes that the update
brings: one that the same rule finds in the stored resource, in the same field and with the same
value, becomes a warning, wherever in a list it stands, and also where something too large, too
long or of another type kept the rule from being asked. Of the mistakes of the stored resource at
most 50,000 are compared. What only children show is the same mistake if it has the same name. The
policies ask for all of a changed spec, but that which refuses secrets spares those that were there.

## Secrets in resources

Rules `inline-...` are about a key or password that stands in the resource as a value; what an
installation makes of it is set once for the policies, and once for the webhook. In the chart
`controller.inlineSecrets` sets both.

| | Policies | Webhook: `INLINE_SECRETS` |
| --- | --- | --- |
| nothing | component `deploy/admission/inline-secrets-allow` | `Allow` |
| a warning, the default | no component | `Warn` |
| a refusal of new ones | component `deploy/admission/inline-secrets-deny` | `Deny` |

```yaml
components:
  - instana-agent-hooks/deploy/admission/inline-secrets-deny
```

The policy refuses also while the service is down. Who has policies and webhook reads each warning
twice, in other lines: the webhook says what it has to say in lines of 120 characters at most.

## Mistakes that the Go operator takes, or fails of

[tests/fixtures/rejected](../tests/fixtures/rejected/README.md) has a resource for each of them, and
what becomes of it here.
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

That is room for 100 zones and 32 backends with 1,000 variables each. Each zone counts with all that
is given for the agents, each backend with all that is given for the k8sensors. Zones of nodes
(`spec.zone.automatic: NodeLabel`) count like those of the resource, and there may be as many of
them. A resource that was stored above a bound keeps its children as they are, and its condition
`Valid` says so. The CRD has these bounds too, and further ones on the length of names. Nothing is
nested deeper than 100 levels.

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
    """Yield a row for each bound but those on names."""
    for place, bound in sorted(BOUNDS.items()):
        for keyword, most in bound.items():
            if keyword != LENGTH or most > AS_LONG_AS_NAMES:
                yield f"| `{place}` | {most:,} {UNITS[keyword]} |\n"


def _row(rule: Rule) -> str:
    paths = ", ".join(f"`{path}`" for path in rule.paths)
    layers = ", ".join(rule.layers)
    message = rule.message.replace("|", "\\|")
    return f"| `{rule.identifier}` | {paths} | {layers} | {message} | {rule.since} |\n"
