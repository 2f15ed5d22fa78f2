"""Credentials in the values, and the template with what the notes say about each."""

from typing import Final

import orjson

from hooks.kube.objects import Obj
from hooks.rules import INLINE_SECRETS, TABLE, Rule
from hooks.rules.walking import steps_of

TEMPLATE: Final = """\
{{- /* Generated from the rules by `make generate`: warnings of credentials in the values. */}}
{{- define "instana-agent.inlineSecrets" -}}
[
%s
]
{{- end }}
"""


def inline_secrets_template() -> str:
    """Return `templates/_inline-secrets.tpl`: a list as JSON, with the steps to each credential."""
    rules = (rule for rule in TABLE if rule.identifier in INLINE_SECRETS)
    rows = (_row(rule, place) for rule in rules for place in rule.places)
    return TEMPLATE % ",\n".join(orjson.dumps(row).decode() for row in rows)


def _row(rule: Rule, place: str) -> Obj:
    name = place.partition(".")[2]
    return {"path": steps_of(place)[1:], "name": name, "says": rule.message}
