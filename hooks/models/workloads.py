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
        description="Taints that the agents tolerate in addition to those of the tolerations: "
        "None; ControlPlane, those of control-plane nodes; All, except those of EKS "
        "Fargate and virtual kubelets, where no agent can run.",
        json_schema_extra={"enum": ["", *TOLERATED], **NOT_STORED},
    )


class PackageCache(SpecModel):
    """Where agents keep the packages that they download."""

    type: Annotated[str, otherwise(NONE)] = Field(
        default=NONE,
        description="None: in the container, downloaded again after each start. HostPath: in a "
        "directory on the node. EmptyDir: as long as the pod exists. Ephemeral: in its "
        "own volume, as long as the pod exists. PersistentVolumeClaim: in one claim "
        "for all nodes, with a directory each.",
        json_schema_extra={"enum": ["", *CACHE_TYPES], **NOT_STORED},
    )
    size: Quantity | None = Field(
        default=None,
        description="Size of the volume of an agent (Ephemeral, EmptyDir), or of the claim for "
        "all agents. An existing claim keeps its size.",
    )
    storage_class_name: str = Field(
        default="",
        description="Storage class of the volumes; default: that of the cluster.",
    )
    path: Annotated[str, otherwise(CACHE_DIRECTORY)] = Field(
        default=CACHE_DIRECTORY,
        description="Directory on the node; created if it does not exist.",
        json_schema_extra=NOT_STORED,
    )
    claim_name: str = Field(
        default="",
        description="Existing claim that many nodes can write to (ReadWriteMany); if not set, "
        "one is created.",
    )


class Zone(Named):
    """The zone, as shown in Instana."""

    automatic: Annotated[str, otherwise(OFF)] = Field(
        default=OFF,
        description="Whether each agent's zone is that of its node, by the label "
        "topology.kubernetes.io/zone. PodLabel: read from the pod, to which Kubernetes "
        "1.35 and newer copies the label. NodeLabel: one DaemonSet per zone, and one "
        "for nodes without a zone, which get the name of this zone.",
        json_schema_extra={"enum": ["", *AUTOMATIC_ZONES], **NOT_STORED},
    )
