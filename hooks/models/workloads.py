"""Parts of `spec.agent` about where agents run and where they store downloads."""

from typing import Annotated

from pydantic import Field

from hooks.models.base import NOT_STORED, Named, SpecModel, otherwise
from hooks.models.kubernetes import Quantity

NONE = "None"

CONTROL_PLANE, ALL_TAINTS = "ControlPlane", "All"
TOLERATED = (NONE, CONTROL_PLANE, ALL_TAINTS)

HOST_PATH, EMPTY_DIR, EPHEMERAL, CLAIM = (
    "HostPath", "EmptyDir", "Ephemeral", "PersistentVolumeClaim",
)  # fmt: skip
CACHE_TYPES = (NONE, HOST_PATH, EMPTY_DIR, EPHEMERAL, CLAIM)
CACHE_DIRECTORY = "/var/lib/instana/packages"

OFF, POD_LABEL, NODE_LABEL = "Off", "PodLabel", "NodeLabel"
AUTOMATIC_ZONES = (OFF, POD_LABEL, NODE_LABEL)


class Scheduling(SpecModel):
    """Nodes that run an agent besides those that every pod can run on."""

    tolerate: Annotated[str, otherwise(NONE)] = Field(
        default=NONE,
        description="Taints that the agents tolerate besides those of the tolerations: None; "
        "ControlPlane, those of control-plane nodes; All, but for nodes of EKS Fargate and of "
        "virtual kubelets, where no agent can run.",
        json_schema_extra={"enum": ["", *TOLERATED], **NOT_STORED},
    )


class PackageCache(SpecModel):
    """Where agents keep the packages that they download."""

    type: Annotated[str, otherwise(NONE)] = Field(
        default=NONE,
        description="None: in the container, anew after each start. HostPath: in a directory of "
        "the node. EmptyDir: as long as the pod lives. Ephemeral: in a volume of its own, as long "
        "as the pod lives. PersistentVolumeClaim: in one claim for all nodes, a directory each.",
        json_schema_extra={"enum": ["", *CACHE_TYPES], **NOT_STORED},
    )
    size: Quantity | None = Field(
        default=None,
        description="Size of the volume of an agent (Ephemeral, EmptyDir), or of the claim for all "
        "of them. A claim that is there keeps its size.",
    )
    storage_class_name: str = Field(
        default="",
        description="Storage class of the volumes; the cluster's default one where not given.",
    )
    path: Annotated[str, otherwise(CACHE_DIRECTORY)] = Field(
        default=CACHE_DIRECTORY,
        description="Directory of the node, made where it is not there.",
        json_schema_extra=NOT_STORED,
    )
    claim_name: str = Field(
        default="",
        description="Existing claim that many nodes can write to (ReadWriteMany); where not given, "
        "one is made.",
    )


class Zone(Named):
    """The zone, as shown in Instana."""

    automatic: Annotated[str, otherwise(OFF)] = Field(
        default=OFF,
        description="Whether each agent's zone is that of its node, the label "
        "topology.kubernetes.io/zone. PodLabel: from the pod, to which Kubernetes copies the label "
        "from 1.35 on. NodeLabel: a DaemonSet per zone, and one for nodes without a zone, which "
        "have the name given here.",
        json_schema_extra={"enum": ["", *AUTOMATIC_ZONES], **NOT_STORED},
    )
