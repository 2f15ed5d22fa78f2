"""The service's Deployment with what the chart's values say of it."""

from typing import Any, Final

from hooks.generate.chart.conditions import CONTROLLER, CREDENTIALS
from hooks.generate.chart.expressions import END, Expression, Line, entries_with, items_where
from hooks.kube.objects import Obj
from hooks.rules.reserved import TLS_SECRET, TOKEN_SECRET

POD_INDENTATION: Final = 8
CONTAINER_INDENTATION: Final = 10
OF_PODS: Final = ("nodeSelector", "tolerations", "priorityClassName")
AFFINITY: Final = f'{{{{- include "instana-agent.affinity" $ | nindent {POD_INDENTATION} }}}}'


def deployment(obj: Obj) -> Obj:
    """Return the Deployment with replicas, resources, settings and places of the values."""
    spec = obj["spec"]
    template = spec["template"]
    replicas = Expression(f"{{{{ {CONTROLLER}.replicas }}}}")
    pod = _pod(template["spec"])
    metadata = template["metadata"] | _credentials()
    changed = template | {"metadata": metadata, "spec": pod}
    return obj | {"spec": spec | {"replicas": replicas, "template": changed}}


def _credentials() -> dict[Any, Any]:
    """Return the annotation by which pods start anew, with new files, for new credentials."""
    opening = Line(f"{{{{- with {CREDENTIALS} }}}}")
    annotations = {"instana.io/credentials": Expression("{{ . | quote }}")}
    return {opening: None, "annotations": annotations, Line(END): None}


def _pod(spec: Obj) -> dict[Any, Any]:
    (container,) = spec["containers"]
    pod: dict[Any, Any] = spec | {
        "affinity": Expression(AFFINITY),
        "containers": [_container(container)],
    }
    pod |= entries_with(f"{CONTROLLER}.image.pullSecrets", "imagePullSecrets", POD_INDENTATION)
    for name in OF_PODS:
        pod |= entries_with(f"{CONTROLLER}.{name}", name, POD_INDENTATION)
    return pod


def _container(container: Obj) -> dict[Any, Any]:
    policy = {"imagePullPolicy": Expression(f"{{{{ {CONTROLLER}.image.pullPolicy }}}}")}
    changed = container | policy | {"env": [*container["env"], *_settings()]}
    del changed["resources"]
    return changed | entries_with(f"{CONTROLLER}.resources", "resources", CONTAINER_INDENTATION)


def _settings() -> list[Any]:
    """Return the environment by which the values reach the service, as docs/settings.md has it."""
    return [
        Line('{{- with include "instana-agent.namespacesToSay" $ }}'),
        {"name": "AGENT_NAMESPACES", "value": Expression("{{ . | quote }}")},
        Line(END),
        *_other_than("TAKE_OVER", "takeOver", "Keep"),
        *_other_than("INLINE_SECRETS", "inlineSecrets", "Warn"),
        *_installation_secrets(),
        *_other_than("FIELD_MANAGER", "metacontroller.fieldManager", "metacontroller"),
        Line('{{- with include "instana-agent.kubernetesVersion" $ }}'),
        {"name": "KUBERNETES_VERSION", "value": Expression("{{ . | quote }}")},
        Line(END),
        Line(f"{{{{- range $name, $value := {CONTROLLER}.settings }}}}"),
        {"name": Expression("{{ $name }}"), "value": Expression("{{ $value | quote }}")},
        Line(END),
    ]


def _installation_secrets() -> list[Any]:
    """Return the setting with the Secrets' names, where the values give them other ones."""
    names = (f"{CONTROLLER}.tls.secretName", f"{CONTROLLER}.token.secretName")
    condition = f'or (ne {names[0]} "{TLS_SECRET}") (ne {names[1]} "{TOKEN_SECRET}")'
    text = Expression(f'{{{{ printf "%s,%s" {" ".join(names)} | quote }}}}')
    return items_where(condition, [{"name": "INSTALLATION_SECRETS", "value": text}])


def _other_than(name: str, value: str, default: str) -> list[Any]:
    """Return a setting that is said only where it is not the service's own default."""
    written = Expression(f"{{{{ {CONTROLLER}.{value} | quote }}}}")
    condition = f'ne {CONTROLLER}.{value} "{default}"'
    return items_where(condition, [{"name": name, "value": written}])
