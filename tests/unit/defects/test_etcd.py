from hooks.customize import customize
from hooks.facts import Facts
from tests.support.hook import (
    FACTS,
    answer,
    children,
    conditions,
    env,
    mounts,
    pod,
    stored,
    volumes,
)
from tests.support.resources import agent, etcd_service, etcd_slice, obj, secret

K8SENSOR = "Deployment/instana-agent-k8sensor"
OPENSHIFT = Facts(openshift=True)


def test_b01_discovered_etcd_targets_do_not_flap() -> None:
    cluster = etcd_service(), etcd_slice("10.0.0.1", "10.0.0.2")
    first = answer(agent(), *cluster)
    second = answer(agent(), *cluster, observed=stored(first))

    assert second["children"] == first["children"]
    assert (
        env(second, K8SENSOR)["ETCD_TARGETS"]
        == "https://10.0.0.1:2379/metrics,https://10.0.0.2:2379/metrics"
    )


def test_b02_etcd_ca_file_stands_once() -> None:
    result = answer(
        agent(), etcd_service(), etcd_slice("10.0.0.1"), secret("etcd-ca", **{"ca.crt": "x"})
    )
    names = [each["name"] for each in pod(result, K8SENSOR)["containers"][0]["env"]]

    assert names.count("ETCD_CA_FILE") == 1
    assert env(result, K8SENSOR)["ETCD_CA_FILE"] == "/var/run/secrets/etcd/ca.crt"


def test_b12_a_custom_etcd_ca_does_not_hide_the_service_account_token() -> None:
    parent = agent({"k8s_sensor": {"etcd": {"ca": {"secretName": "my-ca"}}}})
    result = answer(parent, secret("my-ca", ca="x"))

    assert mounts(result, K8SENSOR)["etcd-ca"] == "/var/run/secrets/etcd"
    assert env(result, K8SENSOR)["ETCD_CA_FILE"] == "/var/run/secrets/etcd/ca.crt"


def test_b13_a_custom_etcd_ca_is_the_one_that_is_used_on_openshift() -> None:
    parent = agent({"k8s_sensor": {"etcd": {"ca": {"secretName": "my-ca", "mountPath": "/etcd"}}}})
    result = answer(parent, secret("my-ca", ca="x"), facts=OPENSHIFT)

    assert mounts(result, K8SENSOR)["etcd-ca"] == "/etcd"
    assert env(result, K8SENSOR)["ETCD_CA_FILE"] == "/etcd/ca.crt"


def test_b14_a_custom_etcd_ca_wins_over_a_discovered_one() -> None:
    parent = agent({"k8s_sensor": {"etcd": {"ca": {"secretName": "my-ca"}}}})
    found = etcd_service(), etcd_slice("10.0.0.1"), secret("etcd-ca", **{"ca.crt": "x"})
    result = answer(parent, *found, secret("my-ca", ca="y"))
    names = [each["name"] for each in pod(result, K8SENSOR)["volumes"]]

    assert names.count("etcd-ca") == 1
    assert volumes(result, K8SENSOR)["etcd-ca"]["secret"]["secretName"] == "my-ca"


def test_b37_nothing_of_the_resources_namespace_is_taken_for_a_copy_of_etcds() -> None:
    """Only children can be deleted, and strangers of these names are none."""
    strangers = obj("ConfigMap", "etcd-ca-bundle"), secret("etcd-client", tls="x")
    result = answer(agent(), *strangers, facts=OPENSHIFT)

    assert not [name for name in children(result) if "etcd" in name]


def test_b42_ipv6_targets_are_in_brackets() -> None:
    result = answer(agent(), etcd_service(), etcd_slice("fd00::1"))

    assert env(result, K8SENSOR)["ETCD_TARGETS"] == "https://[fd00::1]:2379/metrics"


def test_s01_the_client_certificate_of_etcd_is_not_copied() -> None:
    result = answer(agent(), facts=OPENSHIFT)
    rules = customize({"parent": agent()}, OPENSHIFT)["relatedResources"]

    assert not [rule for rule in rules if rule.get("namespace") == "openshift-etcd"]
    assert "ETCD_CERT_FILE" not in env(result, K8SENSOR)
    assert not [name for name in children(result) if "etcd" in name]


def test_r16_only_the_endpoints_of_etcd_are_asked_for() -> None:
    rules = customize({"parent": agent()}, FACTS)["relatedResources"]
    slices = [rule for rule in rules if rule["resource"] == "endpointslices"]

    assert slices == [
        {
            "apiVersion": "discovery.k8s.io/v1",
            "resource": "endpointslices",
            "namespace": "kube-system",
            "labelSelector": {
                "matchExpressions": [
                    {
                        "key": "kubernetes.io/service-name",
                        "operator": "In",
                        "values": ["etcd", "etcd-k8s", "etcd-metrics"],
                    }
                ]
            },
        }
    ]


def test_s10_a_scheme_that_is_none_does_not_get_into_a_url() -> None:
    service = etcd_service(etcd_scheme="https://evil.example/#")
    result = answer(agent(), service, etcd_slice("10.0.0.1"))

    assert env(result, K8SENSOR)["ETCD_TARGETS"] == "https://10.0.0.1:2379/metrics"
    assert conditions(result)["Valid"]["status"] == "True"
