"""Known messages of kubelet, scheduler and API server about pods; for braces see `remedies`."""

from hooks.status.pods.words import Word, word

NAME = r"([a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?)"
ENTRY = r"([-._a-zA-Z0-9]{1,253})"

OF_PULLS: tuple[Word, ...] = (
    word(
        r"toomanyrequests|too many requests|\b429\b",
        "the registry limits the rate of pulls",
        "use pull Secrets ({image}.pullSecrets) or a mirror of the registry",
    ),
    word(
        r"x509:|certificate signed by unknown|tls: failed to verify",
        "the node does not trust the registry's certificate",
        "add the CA of the registry to the container runtime of the nodes",
    ),
    word(
        r"no such host|i/o timeout|connection refused|deadline exceeded|no route to host"
        r"|network is unreachable|proxyconnect",
        "the node cannot reach the registry",
        "check DNS, proxy and firewall between the nodes and the registry, or set a "
        "mirror in {image}.name",
    ),
    word(
        r"unauthorized|authentication required|authorization failed|denied|forbidden|\b40[13]\b",
        "the registry denies the pull",
        "check {image}.pullSecrets, and the key for containers.instana.io (spec.agent.downloadKey, "
        "else spec.agent.key)",
    ),
    word(
        r"not ?found|manifest unknown|no such (?:image|manifest)",
        "the image does not exist",
        "check its name, tag and digest in {image}",
    ),
)
OF_CONFIGURATION: tuple[Word, ...] = (
    word(
        rf'^secret "{NAME}" not found$',
        "Secret {0} is missing",
        "create the Secret in namespace {namespace}, or fix its name in the resource",
    ),
    word(
        rf'^configmap "{NAME}" not found$',
        "ConfigMap {0} is missing",
        "create the ConfigMap in namespace {namespace}, or fix its name in the resource",
    ),
    word(
        rf"^couldn't find key {ENTRY} in (Secret|ConfigMap) {NAME}/{NAME}$",
        "{1} {3} has no entry {0}",
        "add the entry, or fix its name in the resource",
    ),
    word(
        r"runAsNonRoot",
        "the image runs as root, which the pod's security context forbids",
        "use another image, or change the security context",
    ),
)
OF_SCHEDULING: tuple[Word, ...] = (
    word(
        r"insufficient (cpu|memory|ephemeral-storage)",
        "the node has too little {0} left",
        "lower {pod}.requests, or give it priority with {pod}.priorityClassName",
    ),
    word(
        r"too many pods",
        "the node has its maximum number of pods",
        "raise the node's limit of pods, or give it priority with {pod}.priorityClassName",
    ),
    word(
        r"free ports",
        "another pod uses its ports on the node",
        "find it with kubectl get pods --all-namespaces --field-selector "
        "spec.nodeName={node}; it may be an older agent",
    ),
    word(
        r"untolerated taint|had taint",
        "it does not tolerate a taint of the node",
        "{taints}, or remove the taint",
    ),
    word(
        r"persistentvolumeclaim|volume node affinity|unbound immediate|available persistent volume",
        "its volume is missing, or on another node",
        "kubectl -n {namespace} describe persistentvolumeclaims shows why shows why",
    ),
    word(
        r"were unschedulable",
        "the nodes are cordoned",
        "kubectl uncordon the nodes once they are healthy",
    ),
    word(
        r"affinity|node selector",
        "no node matches its node selector and affinity",
        "compare kubectl get nodes --show-labels with {pod}",
    ),
)
OF_ENDS: tuple[Word, ...] = (
    word(
        r"exceeds the (?:total )?limit|ephemeral local storage usage exceeds|usage of emptydir",
        "it used more of the node's disk than it may",
        "raise {pod}.limits.ephemeral-storage, or the size of its volumes",
    ),
    word(
        r"low on resource: (memory)",
        "the node ran out of {0}",
        "raise {pod}.requests.memory, so that other pods are evicted first: {describe}",
    ),
    word(
        r"low on resource: (ephemeral-storage|inodes|pids)",
        "the node ran out of {0}",
        "free resources on the node: kubectl describe node {node}",
    ),
)
OF_REJECTIONS: tuple[Word, ...] = (
    word(
        r"violates podsecurity",
        "Pod Security rejects them",
        "set spec.k8s_sensor.securityProfile: Restricted, or change the label "
        "pod-security.kubernetes.io/enforce of the namespace",
    ),
    word(
        r"exceeded quota|failed quota",
        "a ResourceQuota rejects them",
        "kubectl -n {namespace} describe resourcequotas shows which shows which",
    ),
    word(
        r"(?:maximum|minimum) \S+ usage per",
        "a LimitRange rejects them",
        "kubectl -n {namespace} describe limitranges shows which shows which",
    ),
    word(
        r"no priorityclass",
        "their priority class is missing",
        "create it, or fix spec.k8s_sensor.deployment.pod.priorityClassName",
    ),
    word(
        r"serviceaccount \S+ not found|error looking up service account",
        "their service account is missing",
        "create it, or fix its name in the resource",
    ),
    word(
        r"admission webhook|denied the request|denied request",
        "an admission webhook or policy rejects them",
        "allow the pods of namespace {namespace} there",
    ),
)
"""Why a controller cannot make the pods of a workload."""
