"""Rules that are checked while a resource is read, or while its children are made."""

from hooks.errors import FIELD_TYPE, NESTING, QUANTITY, REQUIRED_FIELD
from hooks.kube.objects import Obj
from hooks.kube.quantities import InvalidQuantity, canonical_amount
from hooks.rules.rule import Rule, unless

CHILD_REPEATED = "child-repeated"
OBJECT_OVERWRITTEN = "object-overwritten"
OF_INSTALLATION = "object-of-installation"
SERVED_VERSION = "served-version"
UNKNOWN_FIELD = "unknown-field"
VOLUME_TAKEN = "volume-taken"
VOLUME_MISSING = "volume-missing"
MOUNT_PATH_TAKEN = "mount-path-taken"
ZONE_POD_LABEL = "zone-pod-label"
ZONE_NODE_LABEL = "zone-node-label"


def _is_quantity(value: str | float) -> bool:
    try:
        canonical_amount(value)
    except InvalidQuantity:
        return False
    return True


NOTHING: Obj = {"emptyDir": {}}

RULES = (
    Rule(
        FIELD_TYPE,
        ("spec",),
        "a field has a value of the wrong type: fix it (docs/api.md has the type of each field)",
        bad={"cluster": "prod"},
        good={"cluster": {"name": "prod"}},
        in_schema=True,
    ),
    Rule(
        REQUIRED_FIELD,
        ("spec",),
        "a required field is missing: add it",
        bad={"zones": [{"mode": "APM"}]},
        good={"zones": [{"name": "east", "mode": "APM"}]},
        in_schema=True,
    ),
    Rule(
        UNKNOWN_FIELD,
        ("spec",),
        "is not a field of the resource: fix its name or its place (kubectl asks for "
        "strict validation, which rejects it)",
        bad={"agent": {"useSecretMounts": False}},
        good={"useSecretMounts": False},
        in_schema=True,
        applied_anyway=True,
    ),
    Rule(
        SERVED_VERSION,
        ("apiVersion",),
        "must be instana.io/v1",
        bad={},
        good={},
        in_schema=True,
        applied_anyway=True,
    ),
    Rule(
        QUANTITY,
        tuple(
            f"spec.{pod}.{side}{{}}"
            for pod in ("agent.pod", "k8s_sensor.deployment.pod")
            for side in ("requests", "limits")
        ),
        'is not a Kubernetes quantity such as "500m", "1.5" or "512Mi"',
        bad={"agent": {"pod": {"limits": {"memory": "1 GB"}}}},
        good={"agent": {"pod": {"limits": {"memory": "1G"}}}},
        find=unless(_is_quantity),
        in_schema=True,
    ),
    Rule(
        NESTING,
        ("spec",),
        "is nested too deeply",
        bad={},
        good={"agent": {"pod": {"affinity": {"nodeAffinity": {}}}}},
        in_schema=True,
    ),
    Rule(
        VOLUME_TAKEN,
        ("spec.agent.pod.volumes[].name",),
        "is the name of a volume that the agent already has: choose another name",
        bad={
            "agent": {
                "host": {"repository": "/repository"},
                "pod": {"volumes": [{"name": "repo", **NOTHING}]},
            }
        },
        good={"agent": {"pod": {"volumes": [{"name": "repo", **NOTHING}]}}},
    ),
    Rule(
        VOLUME_MISSING,
        ("spec.agent.pod.volumeMounts[].name",),
        "is not a volume of this agent: add the volume, or remove the mount",
        bad={"agent": {"pod": {"volumeMounts": [{"name": "repo", "mountPath": "/mine"}]}}},
        good={
            "agent": {
                "host": {"repository": "/repository"},
                "pod": {"volumeMounts": [{"name": "repo", "mountPath": "/mine"}]},
            }
        },
    ),
    Rule(
        MOUNT_PATH_TAKEN,
        ("spec.agent.pod.volumeMounts[].mountPath", "spec.k8s_sensor"),
        "is the directory of another mount: choose another directory",
        bad={"agent": {"pod": {"volumeMounts": [{"name": "run", "mountPath": "/dev"}]}}},
        good={"agent": {"pod": {"volumeMounts": [{"name": "run", "mountPath": "/mine"}]}}},
    ),
    Rule(
        ZONE_POD_LABEL,
        ("spec.zone.automatic",),
        "needs Kubernetes 1.35 or newer, which copies the zone of nodes to pods: use "
        "NodeLabel on older clusters, or set KUBERNETES_VERSION of the installation to "
        "the version of the cluster",
        bad={"zone": {"automatic": "PodLabel"}},
        good={"zone": {"automatic": "Off"}},
    ),
    Rule(
        ZONE_NODE_LABEL,
        ("spec.zone.automatic",),
        "needs an installation that lets Metacontroller read Nodes: add its component "
        "node-zones, which also sets NODE_ZONES",
        bad={"zone": {"automatic": "NodeLabel"}},
        good={"zone": {"automatic": "Off"}},
    ),
    Rule(
        CHILD_REPEATED,
        ("spec.serviceAccount.name", "spec.zones[].name"),
        "would give two children the same name: choose another name",
        bad={"serviceAccount": {"name": "instana-agent-k8sensor"}},
        good={"serviceAccount": {"name": "my-account"}},
    ),
    Rule(
        OBJECT_OVERWRITTEN,
        ("spec.agent",),
        "names an object of your own that has the name of a child of this resource: "
        "choose another name",
        bad={"agent": {"tls": {"secretName": "instana-agent-config"}}},
        good={"agent": {"tls": {"secretName": "my-tls"}}},
        of_cluster=True,
    ),
    Rule(
        OF_INSTALLATION,
        ("spec", "metadata.name"),
        "would change an object of the installation itself, or let pods use one: "
        "choose another name",
        bad={"serviceAccount": {"create": False, "name": "instana-agent-hooks"}},
        good={"serviceAccount": {"create": False, "name": "my-account"}},
        of_cluster=True,
    ),
)
