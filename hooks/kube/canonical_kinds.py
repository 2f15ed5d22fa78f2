"""Whole workloads, Services and ServiceAccounts in the form that the API server stores.

A patch can add any field of Kubernetes to a child; see `canonical` for the shapes.
"""

from typing import Final

from hooks.kube.canonical import (
    EXEC,
    HTTP_GET,
    OBJECT_REF,
    TCP_SOCKET,
    canonical_affinity,
    canonical_env,
    canonical_probe,
    canonical_resource_claims,
    canonical_tolerations,
    canonical_topology_spread,
    canonical_update_strategy,
    canonical_volume_mounts,
    canonical_volumes,
)
from hooks.kube.objects import Obj
from hooks.kube.stored_shape import amounts, constants, shape, texts

_METADATA = shape("labels annotations", labels=texts, annotations=texts)
_HANDLER = shape(exec=EXEC, httpGet=HTTP_GET, sleep=shape(), tcpSocket=TCP_SOCKET)
_SE_LINUX_OPTIONS = shape("level role type user")
_CONTAINER = shape(
    "args command env envFrom image imagePullPolicy ports resizePolicy restartPolicyRules stdin "
    "stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts "
    "workingDir",
    env=canonical_env,
    envFrom=shape("prefix", configMapRef=OBJECT_REF, secretRef=OBJECT_REF),
    lifecycle=shape(postStart=_HANDLER, preStop=_HANDLER),
    livenessProbe=canonical_probe,
    ports=shape("hostIP hostPort name", defaults=constants(protocol="TCP")),
    readinessProbe=canonical_probe,
    resources=shape(
        "claims limits requests",
        claims=canonical_resource_claims,
        limits=amounts,
        requests=amounts,
    ),
    securityContext=shape(capabilities=shape("add drop"), seLinuxOptions=_SE_LINUX_OPTIONS),
    startupProbe=canonical_probe,
    volumeMounts=canonical_volume_mounts,
)
_POD = shape(
    "dnsPolicy ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostname "
    "imagePullSecrets initContainers nodeName nodeSelector overhead priorityClassName "
    "readinessGates resourceClaims restartPolicy schedulerName schedulingGates serviceAccount "
    "serviceAccountName subdomain tolerations topologySpreadConstraints volumes",
    affinity=canonical_affinity,
    containers=_CONTAINER,
    dnsConfig=shape("nameservers options searches", options=shape("name")),
    hostAliases=shape("hostnames"),
    imagePullSecrets=OBJECT_REF,
    initContainers=_CONTAINER,
    nodeSelector=texts,
    overhead=amounts,
    securityContext=shape("supplementalGroups sysctls", seLinuxOptions=_SE_LINUX_OPTIONS),
    tolerations=canonical_tolerations,
    topologySpreadConstraints=canonical_topology_spread,
    volumes=canonical_volumes,
)
_TEMPLATE = shape(metadata=_METADATA, spec=_POD)
_KINDS: Final = {
    "DaemonSet": shape(
        metadata=_METADATA,
        spec=shape("minReadySeconds", template=_TEMPLATE, updateStrategy=canonical_update_strategy),
    ),
    "Deployment": shape(
        metadata=_METADATA,
        spec=shape("minReadySeconds paused", strategy=shape("type"), template=_TEMPLATE),
    ),
    "Service": shape(
        metadata=_METADATA,
        spec=shape(
            "clusterIP clusterIPs externalIPs externalName externalTrafficPolicy "
            "healthCheckNodePort ipFamilies loadBalancerIP loadBalancerSourceRanges ports "
            "publishNotReadyAddresses selector sessionAffinity type",
            ports=shape("name nodePort", defaults=constants(protocol="TCP")),
        ),
    ),
    "ServiceAccount": shape(
        "imagePullSecrets secrets",
        metadata=_METADATA,
        imagePullSecrets=OBJECT_REF,
    ),
}


def canonical_object(obj: Obj, path: str) -> Obj:
    """Return an object of one of these kinds as the API server stores it; `path` is its path.

    Raises InvalidResource, with the field's path, for a value that should be a quantity and is not.
    """
    return _KINDS[obj["kind"]](obj, path)
