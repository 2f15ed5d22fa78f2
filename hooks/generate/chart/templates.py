"""The chart's templates that are made of the manifests in `deploy/` and `metacontroller/`."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from hooks.generate.chart import conditions
from hooks.generate.chart.conditions import CONTROLLER
from hooks.generate.chart.deployment import deployment
from hooks.generate.chart.expressions import (
    END,
    Expression,
    Line,
    documents_where,
    entries_where,
    template_of,
)
from hooks.generate.chart.options import Sources, with_options
from hooks.generate.chart.placing import TLS_SECRET, TOKEN_SECRET, placed
from hooks.kube.objects import Obj
from hooks.rules.reserved import TLS_SECRET as TLS_SECRET_NAME
from hooks.rules.reserved import TOKEN_SECRET as TOKEN_SECRET_NAME

HEADER: Final = "{{- /* Made from %s by `make generate`. */}}\n"
BASE: Final = "deploy/base"
NAME: Final = "app.kubernetes.io/name"
RESTRICTED_FIELDS: Final = f"{CONTROLLER}.restrictedFields"
INLINE_POLICY: Final = "instana-agent-inline-secrets"


def _unchanged(obj: Obj) -> Obj:
    return obj


def _with_authority(obj: Obj) -> Obj:
    """Return the webhooks with a place for annotations, which name who writes the authority."""
    return obj | {"metadata": obj["metadata"] | {"annotations": {}}}


WRITTEN_BY_OTHERS: Final = f"or ({conditions.TLS_OF_CERT_MANAGER}) ({conditions.TLS_OF_OPENSHIFT})"
CA_BUNDLE: Final[dict[Any, Any]] = {
    Line('{{- with include "instana-agent.caBundle" $ }}'): None,
    "caBundle": Expression("{{ . }}"),
    Line(END): None,
}


@dataclass(frozen=True)
class Template:
    """A file of the chart's templates: of which manifest, and when its objects are there."""

    name: str
    source: str
    condition: str = ""
    before: Callable[[Obj], Obj] = _unchanged
    after: Callable[[Obj], Obj] = _unchanged
    where: Callable[[Obj], str] = field(default=lambda _: "")


def _with_bundle(obj: Obj) -> Obj:
    """Return the webhooks with the authority: made by the chart, given to it, or written by others.

    A part that is not there is left out, so that an upgrade takes away nothing that others wrote.
    """
    webhooks = [
        each | {"clientConfig": each["clientConfig"] | CA_BUNDLE} for each in obj["webhooks"]
    ]
    metadata = obj["metadata"]
    rest = {name: metadata[name] for name in metadata if name != "annotations"}
    annotations = entries_where(WRITTEN_BY_OTHERS, {"annotations": metadata["annotations"]})
    return obj | {"metadata": rest | annotations, "webhooks": webhooks}


def _open_to_test(obj: Obj) -> Obj:
    """Return the network policy that lets in the Pod of `helm test`."""
    rule = {
        "from": [{"podSelector": {"matchLabels": {NAME: "instana-agent-hooks-test"}}}],
        "ports": [{"port": "hooks"}],
    }
    return obj | {"spec": obj["spec"] | {"ingress": [*obj["spec"]["ingress"], rule]}}


def _with_names_of_secrets(obj: Obj) -> Obj:
    """Return the policy on names with those that the values give to the installation's Secrets."""
    if "variables" not in obj["spec"]:
        return obj
    variables = [
        each | {"expression": Expression(f'"{_in_text(each["expression"])}"')}
        for each in obj["spec"]["variables"]
    ]
    return obj | {"spec": obj["spec"] | {"variables": variables}}


def _with_lists(obj: Obj) -> Obj:
    """Return the policy on fields with the groups and images of the values."""
    if "variables" not in obj["spec"]:
        return obj
    variables = [
        each | {"expression": _as_list(f"{RESTRICTED_FIELDS}.{each['name']}")}
        for each in obj["spec"]["variables"]
    ]
    return obj | {"spec": obj["spec"] | {"variables": variables}}


def _as_list(value: str) -> Expression:
    """Return the list of texts that a value is, as CEL and JSON write it."""
    return Expression(f"{{{{ default (list) {value} | toJson | quote }}}}")


def _in_text(expression: str) -> str:
    for name, value in ((TLS_SECRET_NAME, TLS_SECRET), (TOKEN_SECRET_NAME, TOKEN_SECRET)):
        expression = expression.replace(f"'{name}'", f"'{value.text}'")
    return expression


def _with_conditions_of_policies(obj: Obj) -> str:
    return f'ne {conditions.INLINE_SECRETS} "Allow"' if INLINE_POLICY in str(obj) else ""


TEMPLATES: Final = (
    Template("service-account", f"{BASE}/service-account.yaml"),
    Template("service", f"{BASE}/service.yaml"),
    Template(
        "pod-disruption-budget",
        f"{BASE}/pod-disruption-budget.yaml",
        condition=conditions.SEVERAL_REPLICAS,
    ),
    Template("network-policy", f"{BASE}/network-policy.yaml", after=_open_to_test),
    Template("deployment", f"{BASE}/deployment.yaml", after=deployment),
    Template("cluster-roles", f"{BASE}/cluster-roles.yaml"),
    Template("metacontroller-rights", f"{BASE}/metacontroller-rights.yaml"),
    Template(
        "metacontroller-leader",
        "deploy/components/leader-election/role.yaml",
        condition=f"{CONTROLLER}.metacontroller.leaderElection",
    ),
    Template("agents-controller", "metacontroller/instana-agent.yaml", conditions.METACONTROLLER),
    Template(
        "cluster-rbac-controller",
        "metacontroller/instana-cluster-rbac.yaml",
        conditions.METACONTROLLER,
    ),
    Template(
        "guards",
        "deploy/guards/policies.yaml",
        condition=conditions.GUARDS,
        after=_with_names_of_secrets,
    ),
    Template(
        "own-selector",
        "deploy/components/own-selector/policy.yaml",
        condition=conditions.OWN_SELECTOR,
    ),
    Template(
        "policies",
        "deploy/admission/policies.yaml",
        condition=conditions.POLICIES,
        where=_with_conditions_of_policies,
    ),
    Template(
        "policy-inline-secrets-deny",
        "deploy/admission/inline-secrets-deny/policy.yaml",
        condition=f'and {conditions.POLICIES} (eq {conditions.INLINE_SECRETS} "Deny")',
    ),
    Template(
        "policy-restricted-fields",
        "deploy/admission/restricted-fields/policy.yaml",
        condition=conditions.RESTRICTED,
        after=_with_lists,
    ),
    Template(
        "validating-webhook",
        "deploy/components/webhooks/configuration.yaml",
        condition=conditions.VALIDATING,
        before=_with_authority,
        after=_with_bundle,
    ),
    Template(
        "defaulting-webhook",
        "deploy/components/defaulting/configuration.yaml",
        condition=conditions.DEFAULTING,
        before=_with_authority,
        after=_with_bundle,
    ),
    Template(
        "service-monitor",
        "deploy/components/monitoring/service-monitor.yaml",
        condition=conditions.MONITORING,
    ),
    Template("alerts", "deploy/components/monitoring/alerts.yaml", condition=conditions.MONITORING),
    Template(
        "cert-manager",
        "deploy/overlays/cert-manager/certificates.yaml",
        condition=conditions.TLS_OF_CERT_MANAGER,
    ),
    Template(
        "openshift-ca-bundle",
        "deploy/overlays/openshift/ca-bundle.yaml",
        condition=conditions.TLS_OF_OPENSHIFT,
    ),
)


def templates(sources: Sources) -> dict[str, str]:
    """Return the template files, by their name in `templates/`."""
    return {f"{each.name}.yaml": _text(each, sources) for each in TEMPLATES}


def _text(template: Template, sources: Sources) -> str:
    documents = "".join(_documents(template, yaml.safe_load_all(sources[template.source]), sources))
    within = documents_where(template.condition, documents) if template.condition else documents
    return HEADER % template.source + documents_where(conditions.ENABLED, within)


def _documents(template: Template, objects: Iterable[Obj], sources: Sources) -> Iterator[str]:
    for obj in objects:
        changed = placed(with_options(template.before(obj), sources))
        text = template_of([template.after(changed)])
        condition = template.where(obj)
        if obj["kind"] == "RoleBinding" and template.source.startswith(BASE):
            yield _in_each_namespace(changed)
        else:
            yield documents_where(condition, text) if condition else text


def _in_each_namespace(binding: Obj) -> str:
    """Return the binding in each namespace with agents, or for all of them."""
    metadata = binding["metadata"]
    everywhere = binding | {
        "kind": "ClusterRoleBinding",
        "metadata": {name: metadata[name] for name in metadata if name != "namespace"},
    }
    in_one = binding | {"metadata": metadata | {"namespace": Expression("{{ . }}")}}
    namespaces = f"default (list $.Release.Namespace) {CONTROLLER}.namespaces"
    return (
        f"{{{{- if {conditions.ALL_NAMESPACES} }}}}\n{template_of([everywhere])}{{{{- else }}}}\n"
        f"{{{{- range {namespaces} }}}}\n{template_of([in_one])}{END}\n{END}\n"
    )
