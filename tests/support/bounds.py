"""Up to where values are taken: the choices and the limits of the rules."""

from collections.abc import Sequence

from hooks.kube.objects import Obj

ISSUER = {"issuerRef": {"name": "internal-ca"}}
MOST = 2147483647


def at(path: str, value: object) -> Obj:
    """Return a spec with the value at a path such as `agent.mode`."""
    for name in reversed(path.split(".")):
        value = {name: value}
    assert isinstance(value, dict)
    return value


BOUNDS: list[tuple[str, str, Sequence[object], Sequence[object]]] = [
    ("port", "agent.endpointPort", ["", "1", "65535"], ["0", "65536", "100000", "x"]),
    *(
        ("count", path, [0, MOST], [-1, MOST + 1])
        for path in (
            "agent.minReadySeconds",
            "k8s_sensor.deployment.minReadySeconds",
            "k8s_sensor.deployment.replicas",
        )
    ),
    *(
        (rule, f"{strategy}.rollingUpdate.maxUnavailable", taken, refused)
        for rule, strategy in (
            ("update-count", "agent.updateStrategy"),
            ("sensor-update-count", "k8s_sensor.deployment.strategy"),
        )
        for taken, refused in [([1, MOST, "1%", "100%"], [-1, MOST + 1, "101%", "1", "%"])]
    ),
    ("label-value", "agent.pod.labels.team", ["", "a" * 63], ["-a"]),
    (
        "label-name",
        "agent.pod.labels",
        [{"a" * 63: ""}, {f"{'a' * 253}/a": ""}, {f"{'a' * 253}/{'a' * 63}": ""}, {"a/b": ""}],
        [{"a" * 64: ""}, {f"{'a' * 254}/a": ""}, {"/a": ""}, {"a/": ""}, {"a/b/c": ""}],
    ),
    (
        "annotation-name",
        "k8s_sensor.deployment.pod.annotations",
        [{"A" * 63: ""}, {f"{'A' * 253}/a": ""}],
        [{"a" * 64: ""}, {f"{'a' * 254}/a": ""}, {"-a": ""}],
    ),
    ("service-account-name", "serviceAccount.name", ["", "a" * 253], ["a..b"]),
    ("zone-name", "zones", [[{"name": "a" * 63}]], [[{"name": "A"}]]),
    (
        "package-cache-name",
        "agent.packageCache",
        [{"type": "PersistentVolumeClaim", "claimName": "a" * 253}],
        [{"type": "PersistentVolumeClaim", "claimName": "a/b"}],
    ),
    *(
        (
            rule,
            f"{pod}.volumes",
            [[{"name": "a" * 63, "emptyDir": {}}]],
            [[{"name": name, "emptyDir": {}}] for name in ("A", "config")],
        )
        for rule, pod in (
            ("volume-name", "agent.pod"),
            ("sensor-volume-name", "k8s_sensor.deployment.pod"),
        )
    ),
    ("image-tag", "agent.image.tag", ["", "1" * 128], ["1" * 129, "-1"]),
    (
        "image-digest",
        "agent.image.digest",
        ["", f"sha256:{'a' * 64}", f"sha384:{'0' * 96}", f"sha512:{'f' * 128}"],
        [f"sha256:{'a' * 63}", f"sha384:{'a' * 64}", f"sha512:{'g' * 128}"],
    ),
    (
        "opentelemetry-port",
        "opentelemetry",
        [{way: {"port": port}} for way in ("grpc", "http") for port in (1, 65535)],
        [{way: {"port": port}} for way in ("grpc", "http") for port in (0, 65536)],
    ),
    (
        "network-policy-port",
        "networkPolicy",
        [{"enabled": True, "sensorPorts": [1, 65535]}],
        [{"enabled": True, "sensorPorts": [port]} for port in (0, 65536)],
    ),
    (
        "certificate-duration",
        "agent.tls.certManager",
        [ISSUER | {"duration": time} for time in ("1h", "60m", "3600s", "59m60s", "999999h")],
        [ISSUER | {"duration": time} for time in ("59m59s", "3599s", "60", "1000000h")],
    ),
    (
        "pull-policy",
        "agent.image.pullPolicy",
        ["", "Always", "IfNotPresent", "Never"],
        ["always", "Sometimes"],
    ),
    (
        "toleration",
        "agent.pod.tolerations",
        [
            *([{"operator": "Exists", "effect": effect}] for effect in ("", "NoSchedule")),
            *([{"operator": "Exists", "effect": each}] for each in ("PreferNoSchedule",)),
            [{"operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 0}],
            *([{"key": "a", "operator": each, "value": "1"}] for each in ("", "Equal", "Lt", "Gt")),
            [{"key": "a", "value": "1"}],
        ],
        [
            [{"operator": "Exists", "effect": "Execute"}],
            [{"operator": "Exists", "value": "1"}],
            [{"operator": "Exists", "effect": "NoSchedule", "tolerationSeconds": 0}],
            [{"operator": "Equal", "value": "1"}],
        ],
    ),
    (
        "topology-spread",
        "k8s_sensor.deployment.pod.topologySpreadConstraints",
        [
            [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": each}]
            for each in ("DoNotSchedule", "ScheduleAnyway")
        ],
        [
            [{"maxSkew": 0, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}],
            [{"maxSkew": 1, "topologyKey": "", "whenUnsatisfiable": "DoNotSchedule"}],
        ],
    ),
    (
        "restricted-volume",
        "k8s_sensor",
        [
            {
                "securityProfile": "Restricted",
                "deployment": {"pod": {"volumes": [{"name": "a", kind: {}}]}},
            }
            for kind in (
                *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image"),
                *("persistentVolumeClaim", "projected", "secret"),
            )
        ],
        [
            {
                "securityProfile": "Restricted",
                "deployment": {"pod": {"volumes": [{"name": "a", kind: {}}]}},
            }
            for kind in ("hostPath", "nfs", "iscsi")
        ],
    ),
    *(
        (
            "sensor-probe",
            f"k8s_sensor.deployment.pod.{probe}",
            [{handler: {"port": 1}} for handler in ("grpc", "httpGet", "tcpSocket")]
            + [{"exec": {"command": ["true"]}}],
            [{}, {"timeoutSeconds": 1}],
        )
        for probe in ("startupProbe", "livenessProbe", "readinessProbe")
    ),
    *(
        (
            rule,
            f"agent.pod.{probe}",
            [{number: 0} for number in numbers],
            [{number: -1} for number in numbers]
            + [{"exec": {}, handler: {"port": 1}} for handler in ("grpc", "httpGet", "tcpSocket")],
        )
        for rule, probe in (("probe", "livenessProbe"), ("readiness-probe", "readinessProbe"))
        for numbers in [
            ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "failureThreshold")
        ]
    ),
    *(
        (
            rule,
            f"{pod}.volumeMounts",
            [[{"name": name, "mountPath": "/mine"}] for name in names],
            [[{"name": "other", "mountPath": "/mine"}]],
        )
        for rule, pod, names in (
            (
                "mount-without-volume",
                "agent.pod",
                (
                    *("dev", "run", "var-run", "sys", "var-log", "var-lib-instana", "var-data"),
                    *("machine-id", "config", "namespaces-details", "var-run-kubo", "repo"),
                    *("var-run-containerd", "var-containerd-config", "instana-agent-tls"),
                    *("instana-secrets", "package-cache"),
                ),
            ),
            (
                "sensor-mount-without-volume",
                "k8s_sensor.deployment.pod",
                ("config", "control-plane-ca", "etcd-ca", "etcd-client-cert", "instana-secrets"),
            ),
        )
    ),
    (
        "volume-name",
        "agent.pod.volumes",
        [[{"name": name, "emptyDir": {}}] for name in ("repo", "mine")],
        [
            [{"name": name, "emptyDir": {}}]
            for name in (
                *("dev", "run", "var-run", "sys", "var-log", "var-lib-instana", "var-data"),
                *("machine-id", "config", "namespaces-details"),
            )
        ],
    ),
    *(
        (
            "label-reserved",
            f"{pod}.labels",
            [{"app.kubernetes.io/version": "1"}],
            [
                {name: "mine"}
                for name in (
                    *("app.kubernetes.io/name", "app.kubernetes.io/instance"),
                    *("app.kubernetes.io/component", "app.kubernetes.io/part-of"),
                    *("app.kubernetes.io/managed-by", "instana/agent-mode"),
                )
            ],
        )
        for pod in ("agent.pod", "k8s_sensor.deployment.pod")
    ),
    (
        "variable-reserved",
        "agent.env",
        [{"MINE": "x"}],
        [
            {name: "x"}
            for name in (
                *("CONFIG_PATH", "ENTRYPOINT_SKIP_BACKEND_TEMPLATE_GENERATION", "POD_IP"),
                *("INSTANA_AGENT_ENDPOINT", "INSTANA_AGENT_ENDPOINT_PORT", "NODE_NAME"),
                *("INSTANA_AGENT_POD_NAME", "K8S_SERVICE_DOMAIN", "NAMESPACES_DETAILS_PATH"),
            )
        ],
    ),
    *(
        (
            "negative-amount",
            f"agent.pod.{field}",
            [{name: "0"}],
            [{name: "-1"}],
        )
        for field in ("requests", "limits")
        for name in ("cpu", "memory", "ephemeral-storage")
    ),
    *(
        (
            "limit-below-request",
            "agent.pod",
            [{"requests": {name: "1"}, "limits": {name: "1"}}],
            [{"requests": {name: "2"}, "limits": {name: "1"}}],
        )
        for name in ("cpu", "memory", "ephemeral-storage")
    ),
    *(
        (
            "host-repository",
            path,
            ["", "/", "/a..b"],
            ["a", "/..", "/a/../b"],
        )
        for path in ("agent.host.repository",)
    ),
    (
        "mode-kubernetes",
        "agent.mode",
        ["", "APM", "INFRASTRUCTURE", "AWS", "OFF"],
        ["KUBERNETES"],
    ),
    ("image-latest", "agent.image", [{"tag": "1"}, {}], [{"tag": "latest"}, {"name": "mine"}]),
]
"""Values that a rule takes at a path, up to its last one, and values that break it."""

TOO_LONG: list[tuple[str, Obj]] = [
    ("label-value", at("agent.pod.labels.team", "a" * 64)),
    ("label-value", at("k8s_sensor.deployment.pod.nodeSelector.team", "a" * 64)),
    ("service-account-name", at("serviceAccount.name", "a" * 254)),
    ("zone-name", {"zones": [{"name": "a" * 64}]}),
    *(
        (
            "package-cache-name",
            at("agent.packageCache", {"type": "PersistentVolumeClaim", field: "a" * 254} | more),
        )
        for field, more in (("claimName", {}), ("storageClassName", {"size": "1Gi"}))
    ),
    *(
        (rule, at(f"{pod}.volumes", [{"name": "a" * 64, "emptyDir": {}}]))
        for rule, pod in (
            ("volume-name", "agent.pod"),
            ("sensor-volume-name", "k8s_sensor.deployment.pod"),
        )
    ),
]
"""Specs with a text of one character more than there may be, which the schema of a field says."""

AROUND_BOUNDS: list[tuple[str, Obj, bool]] = [
    (rule, at(path, value), is_broken)
    for rule, path, taken, refused in BOUNDS
    for values, is_broken in ((taken, False), (refused, True))
    for value in values
]
"""The same as specs, and whether they break the rule."""
