"""How much of each part the API server takes, so that rules about it have a bounded cost.

Far more than any resource that works has: names of Kubernetes end at 253, a Secret at 1 MiB.
"""

from hooks.kube.objects import Obj

ITEMS, LENGTH, ENTRIES = "maxItems", "maxLength", "maxProperties"
LONGEST_CREDENTIAL = 8192
LONGEST_CERTIFICATE = 400_000
AGENT = "spec.agent"
POD = "spec.agent.pod"
SENSOR = "spec.k8s_sensor"
SENSOR_POD = f"{SENSOR}.deployment.pod"
BACKEND = f"{AGENT}.additionalBackends"

BOUNDS: dict[str, Obj] = {
    "spec.zones": {ITEMS: 256},
    "spec.zones[].name": {LENGTH: 63},
    "spec.zones[].mode": {LENGTH: 63},
    "spec.zones[].tolerations": {ITEMS: 256},
    "spec.serviceAccount.name": {LENGTH: 253},
    "spec.networkPolicy.sensorPorts": {ITEMS: 64},
    "spec.networkPolicy.egress.furtherPorts": {ITEMS: 64},
    f"{AGENT}.key": {LENGTH: LONGEST_CREDENTIAL},
    f"{AGENT}.endpointHost": {LENGTH: 512},
    f"{AGENT}.endpointPort": {LENGTH: 32},
    f"{AGENT}.proxyHost": {LENGTH: 512},
    f"{AGENT}.proxyPort": {LENGTH: 32},
    f"{AGENT}.proxyProtocol": {LENGTH: 512},
    f"{AGENT}.proxyUser": {LENGTH: LONGEST_CREDENTIAL},
    f"{AGENT}.proxyPassword": {LENGTH: LONGEST_CREDENTIAL},
    BACKEND: {ITEMS: 256},
    f"{BACKEND}[].endpointHost": {LENGTH: 512},
    f"{BACKEND}[].endpointPort": {LENGTH: 32},
    f"{BACKEND}[].key": {LENGTH: LONGEST_CREDENTIAL},
    f"{AGENT}.tls.certificate": {LENGTH: LONGEST_CERTIFICATE},
    f"{AGENT}.tls.secretName": {LENGTH: 253},
    f"{AGENT}.tls.certManager.duration": {LENGTH: 32},
    f"{AGENT}.tls.certManager.renewBefore": {LENGTH: 32},
    f"{AGENT}.tls.certManager.dnsNames": {ITEMS: 64},
    f"{AGENT}.tls.certManager.dnsNames[]": {LENGTH: 253},
    f"{AGENT}.tls.key": {LENGTH: LONGEST_CERTIFICATE},
    f"{AGENT}.host.repository": {LENGTH: 4096},
    **{f"{owner}.image.pullSecrets": {ITEMS: 64} for owner in (AGENT, SENSOR)},
    **{f"{owner}.image.pullSecrets[].name": {LENGTH: 253} for owner in (AGENT, SENSOR)},
    f"{AGENT}.packageCache.path": {LENGTH: 4096},
    f"{AGENT}.packageCache.storageClassName": {LENGTH: 253},
    f"{AGENT}.packageCache.claimName": {LENGTH: 253},
    f"{AGENT}.image.pullSecrets": {ITEMS: 64},
    f"{AGENT}.image.pullSecrets[].name": {LENGTH: 253},
    **{
        f"{owner}.image.{field}": {LENGTH: longest}
        for owner in (AGENT, SENSOR)
        for field, longest in (("name", 1024), ("tag", 512), ("digest", 512))
    },
    **{f"{pod}.labels": {ENTRIES: 256} for pod in (POD, SENSOR_POD)},
    **{f"{pod}.labels{{}}": {LENGTH: 63} for pod in (POD, SENSOR_POD)},
    **{f"{pod}.nodeSelector": {ENTRIES: 256} for pod in (POD, SENSOR_POD)},
    **{f"{pod}.nodeSelector{{}}": {LENGTH: 63} for pod in (POD, SENSOR_POD)},
    **{f"{pod}.tolerations": {ITEMS: 256} for pod in (POD, SENSOR_POD)},
    **{
        f"{pod}.{part}": bound
        for pod in (POD, SENSOR_POD)
        for part, bound in {
            "env": {ITEMS: 1024},
            "env[].name": {LENGTH: 1024},
            "volumes": {ITEMS: 256},
            "volumes[].name": {LENGTH: 63},
            "volumes[].hostPath.path": {LENGTH: 4096},
            "volumeMounts": {ITEMS: 128},
            "volumeMounts[].name": {LENGTH: 63},
            "volumeMounts[].mountPath": {LENGTH: 1024},
        }.items()
    },
    f"{SENSOR_POD}.topologySpreadConstraints": {ITEMS: 64},
    f"{SENSOR_POD}.topologySpreadConstraints[].topologyKey": {LENGTH: 317},
    f"{SENSOR_POD}.topologySpreadConstraints[].whenUnsatisfiable": {LENGTH: 63},
    f"{SENSOR}.etcd.ca.mountPath": {LENGTH: 4096},
    f"{SENSOR}.restClient.ca.mountPath": {LENGTH: 4096},
}
