"""What the release and its values decide in the manifests: the namespace, names of others.

All that is in the namespace `instana-agent` there is the service's own, but for Metacontroller's
rights.
"""

from typing import Any, Final

from hooks.generate.chart.conditions import CONTROLLER, CREDENTIALS, SERVICE_NAMESPACE
from hooks.generate.chart.expressions import Expression, Line

NAMESPACE: Final = "instana-agent"
NAMESPACE_OF_SERVICE: Final = f"{{{{ {SERVICE_NAMESPACE} }}}}"
METACONTROLLER: Final = "metacontroller"
METACONTROLLER_NAMESPACE: Final = Expression(f"{{{{ {CONTROLLER}.metacontroller.namespace }}}}")
METACONTROLLER_ACCOUNT: Final = Expression(f"{{{{ {CONTROLLER}.metacontroller.serviceAccount }}}}")
HOST: Final = f"instana-agent-hooks.{NAMESPACE}.svc"
TLS_SECRET: Final = Expression(f"{{{{ {CONTROLLER}.tls.secretName }}}}")
TOKEN_SECRET: Final = Expression(f"{{{{ {CONTROLLER}.token.secretName }}}}")
FIXED: Final = {
    ("namespace", NAMESPACE): Expression(NAMESPACE_OF_SERVICE),
    ("namespace", METACONTROLLER): METACONTROLLER_NAMESPACE,
    ("kubernetes.io/metadata.name", NAMESPACE): Expression(NAMESPACE_OF_SERVICE),
    ("kubernetes.io/metadata.name", METACONTROLLER): METACONTROLLER_NAMESPACE,
    ("image", "instana-agent-hooks"): Expression('{{ include "instana-agent.image" $ }}'),
    ("value", NAMESPACE): Expression(f'{{{{ join "," {CONTROLLER}.etcdCopyNamespaces | quote }}}}'),
    ("name", "instana-agent-hooks-tls"): TLS_SECRET,
    ("secretName", "instana-agent-hooks-tls"): TLS_SECRET,
    ("service.beta.openshift.io/serving-cert-secret-name", "instana-agent-hooks-tls"): TLS_SECRET,
    ("name", "instana-agent-hooks-token"): TOKEN_SECRET,
    ("secretName", "instana-agent-hooks-token"): TOKEN_SECRET,
}
"""What stands for a text at an entry of that name."""

HOOKS: Final = ("/sync", "/customize")
ASKS_FOR_AGENTS: Final = "/cluster-rbac/customize"
NAMESPACES: Final = '{{ include "instana-agent.namespacesToSay" $ }}'
"""Metacontroller asks anew for whose agents to look, too, when the spec changes."""

VERSION: Final = f"{{{{ with {CREDENTIALS} }}}}?credentials={{{{ . }}}}{{{{ end }}}}"
"""Metacontroller reads Secrets anew when the spec of a controller changes, and only then."""


def placed(value: Any, key: str = "") -> Any:
    """Return a part of a manifest with expressions where the release or its values decide."""
    if isinstance(value, dict):
        return {name: _placed_entry(value, name) for name in value}
    if isinstance(value, list):
        return [placed(each) for each in value]
    return _placed_text(value, key) if isinstance(value, str) else value


def _placed_entry(entries: dict[Any, Any], name: Any) -> Any:
    if name == "name" and entries.get("kind") == "ServiceAccount":
        is_others = entries["name"] == METACONTROLLER
        return METACONTROLLER_ACCOUNT if is_others else entries["name"]
    return entries[name] if isinstance(name, Line) else placed(entries[name], name)


def _placed_text(text: str, key: str) -> Any:
    if (key, text) in FIXED:
        return FIXED[key, text]
    if text.startswith(f"{NAMESPACE}/"):
        return Expression(text.replace(NAMESPACE, NAMESPACE_OF_SERVICE, 1))
    if HOST in text:
        return Expression(
            _url(text.replace(HOST, f"instana-agent-hooks.{NAMESPACE_OF_SERVICE}.svc"))
        )
    return text


def _url(text: str) -> str:
    if not text.startswith("https://") or not text.endswith(HOOKS):
        return text
    if text.endswith(ASKS_FOR_AGENTS):
        return f"{text}?namespaces={NAMESPACES}{VERSION.replace('?', '&')}"
    return text + VERSION
