"""The warning about placeholders of a template that nobody replaced."""

from hooks.rules.connection import BACKENDS, LOGINS
from hooks.rules.rule import Rule, Severity
from hooks.rules.values import contains, matches

AGENT_FIELDS = (
    "key", "keysSecret", "downloadKey", "endpointHost", "endpointPort", "proxyHost", "proxyPort",
    "proxyUser", "proxyPassword",
    *(field for url, login in LOGINS.items() for field in (url, *login)),
)  # fmt: skip
PLACES = (
    *(f"spec.agent.{field}" for field in AGENT_FIELDS),
    *(f"{BACKENDS}[].{field}" for field in ("endpointHost", "endpointPort", "key")),
    "spec.cluster.name",
    "spec.zone.name",
    "spec.zones[].name",
)

VARIABLE = r"\$\{[^{}]*\}|\{\{[^{}]*\}\}"
"""What envsubst, Helm and similar tools replace, also within a text."""

WHOLE = (
    r"<[^<>]+>|\$[A-Z_][A-Z0-9_]*|\$\([A-Za-z_][A-Za-z0-9_]*\)|"
    r"(?i:(?:replace|edited|your)[-_ ].*|change[-_ ]?me|replaceme|placeholder|x{3,})"
)
"""Texts that stand for a value of the user: in guides, and in the samples of operators."""

IS_PLACEHOLDER = matches(WHOLE) | contains(VARIABLE)


def is_placeholder(text: str) -> bool:
    """Return whether a text stands for a value of the user."""
    return bool(IS_PLACEHOLDER.holds(text))


RULES = (
    Rule(
        "placeholder",
        PLACES,
        "is a placeholder: replace it with your own value",
        bad={"agent": {"key": "replace-key"}},
        good={"agent": {"key": "agent-key"}},
        must=~IS_PLACEHOLDER,
        severity=Severity.WARNING,
    ),
)
