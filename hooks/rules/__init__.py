"""Errors and warnings about a resource: one table for every layer that checks it.

From the table come the CEL rules of the CRD, the admission policies, `python -m hooks validate`,
docs/validation.md and the checks of the sync hook itself.
"""

from hooks.rules.checking import (
    Findings,
    errors_of,
    look_at,
    parse_agent,
    read_agent,
    rules_named_in,
    warnings_of,
)
from hooks.rules.inline_secrets import IDENTIFIERS as INLINE_SECRETS
from hooks.rules.rule import Layer, Rule, Severity
from hooks.rules.shared_nodes import sharing
from hooks.rules.stored import agent_before, only_children_show, problems_before
from hooks.rules.table import BY_IDENTIFIER, TABLE

__all__ = [
    "BY_IDENTIFIER",
    "INLINE_SECRETS",
    "TABLE",
    "Findings",
    "Layer",
    "Rule",
    "Severity",
    "agent_before",
    "errors_of",
    "look_at",
    "only_children_show",
    "parse_agent",
    "problems_before",
    "read_agent",
    "rules_named_in",
    "sharing",
    "warnings_of",
]
