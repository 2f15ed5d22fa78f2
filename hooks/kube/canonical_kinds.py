"""Whole workloads, Services and ServiceAccounts in the form that the API server stores.

What a patch adds to a child can be anything that Kubernetes knows; see `canonical` for the shapes.
"""

from typing import Any, Final

from hooks.kube.canonical import (
    _LABEL_SELECTOR,
    _OBJECT_REF,
    _amounts,
    _constants,
    _shape,
    _texts,
    canonical_affinity,
    canonical_env,
    canonical_probe,
    canonical_resource_claims,
    canonical_tolerations,
    canonical_update_strategy,
    canonical_volume_mounts,
    canonical_volumes,
)
from hooks.kube.objects import Obj

_METADATA = _shape("labels annotations", labels=_texts, annotations=_texts)
_HANDLER = _shape(
    exec=_shape("command"),
    httpGet=_shape("path host scheme httpHeaders", httpHeaders=_shape()),
    sleep=_shape(),
    tcpSocket=_shape("host"),
)
_CONTAINER = _shape(
    "args command env envFrom image imagePullPolicy ports resizePolicy restartPolicyRules stdin "
    "stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts "
    "workingDir",
    env=canonical_env,
    envFrom=_shape("prefix", configMapRef=_OBJECT_REF, secretRef=_OBJECT_REF),
    lifecycle=_shape(postStart=_HANDLER, preStop=_HANDLER),
    livenessProbe=canonical_probe,
    ports=_shape("hostIP hostPort name", defaults=_constants(protocol="TCP")),
    readinessProbe=canonical_probe,
    resources=_shape(
        "claims limits requests",
        claims=canonical_resource_claims,
        limits=_amounts,
        requests=_amounts,
    ),
    securityContext=_shape(
        capabilities=_shape("add drop"), seLinuxOptions=_shape("level role type user")
    ),
    startupProbe=canonical_probe,
    volumeMounts=canonical_volume_mounts,
)
_POD = _shape(
    "dnsPolicy ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostname "
    "imagePullSecrets initContainers nodeName nodeSelector overhead priorityClassName "
    "readinessGates resourceClaims restartPolicy schedulerName schedulingGates serviceAccount "
    "serviceAccountName subdomain tolerations topologySpreadConstraints volumes",
    affinity=canonical_affinity,
    containers=_CONTAINER,
    dnsConfig=_shape("nameservers options searches", options=_shape("name")),
    hostAliases=_shape("hostnames"),
    imagePullSecrets=_OBJECT_REF,
    initContainers=_CONTAINER,
    nodeSelector=_texts,
    overhead=_amounts,
    securityContext=_shape(
        "supplementalGroups sysctls", seLinuxOptions=_shape("level role type user")
    ),
    tolerations=canonical_tolerations,
    topologySpreadConstraints=_shape("matchLabelKeys", labelSelector=_LABEL_SELECTOR),
    volumes=canonical_volumes,
)
_TEMPLATE = _shape(metadata=_METADATA, spec=_POD)
_KINDS: Final = {
    "DaemonSet": _shape(
        metadata=_METADATA,
        spec=_shape(
            "minReadySeconds", template=_TEMPLATE, updateStrategy=canonical_update_strategy
        ),
    ),
    "Deployment": _shape(
        metadata=_METADATA,
        spec=_shape("minReadySeconds paused", strategy=_shape("type"), template=_TEMPLATE),
    ),
    "Service": _shape(
        metadata=_METADATA,
        spec=_shape(
            "clusterIP clusterIPs externalIPs externalName externalTrafficPolicy "
            "healthCheckNodePort ipFamilies loadBalancerIP loadBalancerSourceRanges ports "
            "publishNotReadyAddresses selector sessionAffinity type",
            ports=_shape("name nodePort", defaults=_constants(protocol="TCP")),
        ),
    ),
    "ServiceAccount": _shape(
        "imagePullSecrets secrets",
        metadata=_METADATA,
        imagePullSecrets=_OBJECT_REF,
    ),
}


def canonical_object(obj: Obj, path: str) -> Obj:
    """Return an object of one of the kinds as the API server stores it; `path` leads to it.

    Raises InvalidResource, with the field's path, for what is not a quantity.
    """
    stored: Any = _KINDS[obj["kind"]](obj, path)
    result: Obj = stored
    return result
