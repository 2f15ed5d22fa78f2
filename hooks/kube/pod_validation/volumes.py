"""Volumes of pods, each from one of many sources."""

from typing import Final

from hooks.kube.objects import Obj, as_object
from hooks.kube.pod_validation.amounts import NOT_NEGATIVE
from hooks.kube.pod_validation.checks import (
    NOT_EMPTY,
    NOTHING,
    Found,
    at_most_one,
    each,
    fields,
    must_have,
    one_of,
    problem,
)
from hooks.kube.pod_validation.claims import CLAIM_TEMPLATE
from hooks.kube.pod_validation.names import MODE
from hooks.kube.pod_validation.network_volumes import NETWORK_VOLUMES
from hooks.kube.pod_validation.projected import PROJECTED
from hooks.kube.pod_validation.references import FILE, FILE_OF_POD

LONGEST_OF_ISCSI: Final = 64
HOST_PATH_TYPES: Final = (
    "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice",
)  # fmt: skip
PULL_POLICIES: Final = ("Always", "IfNotPresent", "Never")

SOURCES: Final = {
    "emptyDir": fields(sizeLimit=NOT_NEGATIVE),
    "hostPath": fields(path=NOT_EMPTY, type=one_of(*HOST_PATH_TYPES, or_empty=True)),
    "secret": fields(
        must_have("secretName"), secretName=NOT_EMPTY, defaultMode=MODE, items=each(FILE)
    ),
    "configMap": fields(must_have("name"), name=NOT_EMPTY, defaultMode=MODE, items=each(FILE)),
    "downwardAPI": fields(defaultMode=MODE, items=each(FILE_OF_POD)),
    "projected": PROJECTED,
    "persistentVolumeClaim": fields(claimName=NOT_EMPTY),
    "ephemeral": fields(must_have("volumeClaimTemplate"), volumeClaimTemplate=CLAIM_TEMPLATE),
    "image": fields(pullPolicy=one_of(*PULL_POLICIES, or_empty=True)),
    **NETWORK_VOLUMES,
}
"""Checks by the field of the source; another rule checks `..` in a path of the host."""

ONE_SOURCE: Final = fields(at_most_one(*SOURCES))
"""For a volume; without a source it is an emptyDir."""


def _iscsi_name(volume: Obj) -> Found:
    """Find a name that is too long together with the address, if it has its own initiator."""
    iscsi = as_object(volume.get("iscsi"))
    text = f"{volume.get('name')}:{iscsi.get('targetPortal')}"
    if iscsi.get("initiatorName") is None or len(text) <= LONGEST_OF_ISCSI:
        return NOTHING
    return problem(
        f"must have at most {LONGEST_OF_ISCSI} characters with the targetPortal", ".name"
    )


VOLUME: Final = fields(_iscsi_name, **SOURCES)
VOLUMES: Final = each(VOLUME)
