"""The chart installs what the manifests do, object by object; what differs is listed here."""

import copy
import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hooks.kube.differences import differing_paths
from tests.support.files import loaded
from tests.support.helm import DEFINITION, Obj, needs_helm, rendered
from tests.support.kustomize import build, installation
from tests.support.tools import needs

pytestmark = [
    needs_helm,
    needs("kubectl"),
    needs("openssl"),
]

ONLY_IN_MANIFESTS = {
    ("Namespace", "instana-agent"): "made by `helm install --create-namespace`, or there already",
}
OWN_NAMESPACE = "instana-agent-hooks"
ONLY_IN_CHART = {
    ("InstanaAgent", "instana-agent"): "the release has one",
    ("Pod", "instana-agent-hooks-test"): "for `helm test`",
    ("Secret", "instana-agent-hooks-authority"): "upgrades sign certificates with it; the script "
    "keeps its key in a file",
}
OF_CHART = re.compile(r"[?&](credentials|namespaces)=[^&]*")
"""Besides, in what both have: credentials are each installation's own, and the chart notes when
they were made, and whose agents count, in the URLs of hooks too; pull policy and INLINE_SECRETS are
values; the network policy lets in the Pod of `helm test`. `_as_in_manifests` takes it all away."""


@dataclass(frozen=True)
class Variant:
    """An overlay with components, and the values that ask for the same."""

    overlay: str = "self-signed"
    components: tuple[str, ...] = ()
    values: Obj = field(default_factory=dict)
    served: str = ""
    """A kind that only newer clusters serve, of which Helm is told."""


def option(component: str, **controller: Any) -> Variant:
    return Variant(components=(component,), values={"controller": controller})


def apart(overlay: str, *components: str, **controller: Any) -> Variant:
    """Return the variant whose service has a namespace of its own."""
    names = (*components, f"webhook-ca-{overlay}", "own-namespace")
    return Variant(
        overlay,
        components=tuple(f"deploy/components/{name}" for name in names),
        values={"controller": {"namespace": OWN_NAMESPACE, **controller}},
    )


ON = {"enabled": True}
VALIDATING = {"validating": True}
VARIANTS = {
    "self-signed": Variant(),
    "cert-manager": Variant(
        "cert-manager", values={"controller": {"tls": {"source": "CertManager"}}}
    ),
    "openshift": Variant(
        "openshift",
        values={"controller": {"tls": {"source": "OpenShift"}, "facts": {"openshift": True}}},
    ),
    "certificates": option("metacontroller/components/certificates", facts={"certManager": True}),
    "etag": option("metacontroller/components/etag", etag=True),
    "node-zones": option("metacontroller/components/node-zones", nodeZones=True),
    "pod-status": option("metacontroller/components/pod-status", podStatus=True),
    "recordings": option("deploy/components/recordings", recordings={"enabled": True}),
    "etcd-copies": option("deploy/components/etcd-copies", etcdCopyNamespaces=["instana-agent"]),
    "leader-election": option(
        "deploy/components/leader-election", metacontroller={"leaderElection": True}
    ),
    "nodes-proxy": option("deploy/components/nodes-proxy", nodesProxy=True),
    "monitoring": option("deploy/components/monitoring", monitoring={"enabled": True}),
    "monitoring-openshift": Variant(
        "openshift",
        components=("deploy/components/monitoring", "deploy/components/monitoring-openshift"),
        values={
            "controller": {
                "tls": {"source": "OpenShift"},
                "facts": {"openshift": True},
                "monitoring": {"enabled": True},
            }
        },
    ),
    "webhooks": Variant(
        components=(
            "deploy/components/webhooks",
            "deploy/components/defaulting",
            "deploy/components/webhook-ca-self-signed",
        ),
        values={"controller": {"webhooks": {"validating": True, "defaulting": True}}},
    ),
    "webhooks-cert-manager": Variant(
        "cert-manager",
        components=(
            "deploy/components/webhooks",
            "deploy/components/webhook-ca-cert-manager",
        ),
        values={"controller": {"webhooks": {"validating": True}, "tls": {"source": "CertManager"}}},
    ),
    "webhooks-openshift": Variant(
        "openshift",
        components=("deploy/components/webhooks", "deploy/components/webhook-ca-openshift"),
        values={
            "controller": {
                "webhooks": {"validating": True},
                "tls": {"source": "OpenShift"},
                "facts": {"openshift": True},
            }
        },
    ),
    "own-namespace": apart(
        "self-signed",
        "etcd-copies",
        "leader-election",
        "monitoring",
        "webhooks",
        "defaulting",
        etcdCopyNamespaces=["instana-agent"],
        metacontroller={"leaderElection": True},
        monitoring=ON,
        webhooks={"validating": True, "defaulting": True},
    ),
    "own-namespace-cert-manager": apart(
        "cert-manager", "webhooks", tls={"source": "CertManager"}, webhooks=VALIDATING
    ),
    "own-namespace-openshift": apart(
        "openshift",
        "monitoring",
        "monitoring-openshift",
        "webhooks",
        tls={"source": "OpenShift"},
        facts={"openshift": True},
        monitoring=ON,
        webhooks=VALIDATING,
    ),
    "without-guards": option("deploy/components/without-guards", guards={"enabled": False}),
    "restricted-fields": option("deploy/admission/restricted-fields", restrictedFields=ON),
    "own-selector": Variant(
        components=("deploy/components/own-selector",),
        served="admissionregistration.k8s.io/v1/MutatingAdmissionPolicy",
    ),
    "without-policies": option("deploy/components/without-policies", policies={"enabled": False}),
    "policies-allow": option("deploy/admission/inline-secrets-allow", inlineSecrets="Allow"),
    "policies-deny": option("deploy/admission/inline-secrets-deny", inlineSecrets="Deny"),
}


@pytest.fixture(scope="module", name="place")
def _place(with_credentials: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(with_credentials, tmp_path_factory.mktemp("manifests") / "copy"))


def test_every_component_has_its_variant() -> None:
    shown = {each for variant in VARIANTS.values() for each in variant.components}
    present = {
        str(path.parent)
        for place in ("deploy/components", "metacontroller/components", "deploy/admission")
        for path in Path(place).glob("*/kustomization.yaml")
    }

    assert present == shown


@pytest.mark.parametrize("name", VARIANTS)
def test_chart_is_what_the_manifests_are(name: str, place: Path) -> None:
    variant = VARIANTS[name]
    by_manifests = _by_name(_built(place, variant))
    values = variant.values | {"agent": {"keysSecret": "instana-keys"}}
    options = [f"--api-versions={variant.served}"] if variant.served else []
    by_chart = _by_name([*rendered(values, *options), *loaded(DEFINITION.read_text())])

    only_in_manifests = {*ONLY_IN_MANIFESTS}
    if "namespace" in values.get("controller", {}):
        only_in_manifests.add(("Namespace", OWN_NAMESPACE))
    assert by_manifests.keys() - by_chart.keys() == only_in_manifests
    assert by_chart.keys() - by_manifests.keys() <= ONLY_IN_CHART.keys()
    differing = [
        f"{' '.join(key)}: {path}"
        for key, each in by_manifests.items()
        if key in by_chart
        for path in differing_paths(_as_in_manifests(by_chart[key]), _comparable(each))
    ]
    assert not differing, "\n".join(["the chart differs from the manifests at", *differing])


def _built(place: Path, variant: Variant) -> list[Obj]:
    return build(installation(place, variant.overlay, *variant.components))


def _by_name(objects: list[Obj]) -> dict[tuple[str, str], Obj]:
    return {(each["kind"], each["metadata"]["name"]): each for each in objects}


def _as_in_manifests(obj: Obj) -> Obj:
    """Return an object of the chart without what is listed as different."""
    obj = _comparable(obj)
    if obj["kind"] == "Deployment":
        obj["spec"]["template"]["metadata"].pop("annotations", None)
        (container,) = obj["spec"]["template"]["spec"]["containers"]
        assert container.pop("imagePullPolicy") == "IfNotPresent"
        container["env"] = [each for each in container["env"] if each["name"] != "INLINE_SECRETS"]
    if obj["kind"] == "NetworkPolicy":
        test = obj["spec"]["ingress"].pop()
        assert "instana-agent-hooks-test" in str(test)
    for hook in (obj.get("spec") or {}).get("hooks", {}).values():
        hook["webhook"]["url"] = OF_CHART.sub("", hook["webhook"]["url"])
    return obj


def _comparable(obj: Obj) -> Obj:
    """Return an object without what each installation has of its own."""
    obj = copy.deepcopy(obj)
    if obj["kind"] == "Secret":
        obj["data"] = dict.fromkeys(obj["data"], "")
        obj["metadata"].pop("annotations", None)
        obj.setdefault("type", "Opaque")
    for webhook in obj.get("webhooks") or []:
        if "caBundle" in webhook["clientConfig"]:
            webhook["clientConfig"]["caBundle"] = ""
    if obj["kind"] in ("ClusterRole", "Role"):
        obj["rules"].sort(key=_in_order)
    for container in obj.get("spec", {}).get("template", {}).get("spec", {}).get("containers", []):
        container["env"].sort(key=_in_order)
    return obj


def _in_order(obj: Obj) -> str:
    return json.dumps(obj, sort_keys=True)
