import pytest

from hooks.facts import Facts
from hooks.kube.objects import Obj
from tests.support.hook import answer, env, mounts, stored, volumes
from tests.support.resources import agent, etcd_service, etcd_slice, obj, secret

K8SENSOR = "Deployment/instana-agent-k8sensor"
TARGETS = "ETCD_TARGETS"
ONE = "https://10.0.0.1:2379/metrics"
CA = secret("etcd-ca", **{"ca.crt": "x"})
OWN_CA = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"
KINDS = ("Service.v1", "EndpointSlice.discovery.k8s.io/v1")


def targets(*cluster: Obj, spec: Obj | None = None, observed: list[Obj] | None = None) -> str:
    result = answer(agent(spec), *cluster, observed=observed or [])
    value: str = env(result, K8SENSOR).get(TARGETS, "")
    return value


def unlabelled(name: str) -> Obj:
    service = etcd_service(name)
    return service | {"metadata": service["metadata"] | {"labels": {}}}


def test_addresses_of_all_slices_are_targets_in_order() -> None:
    cluster = (
        etcd_service(),
        etcd_slice("10.0.0.3", "10.0.0.1", name="etcd-2"),
        etcd_slice("10.0.0.2"),
    )

    assert targets(*cluster) == (
        "https://10.0.0.1:2379/metrics,https://10.0.0.2:2379/metrics,https://10.0.0.3:2379/metrics"
    )


def test_an_address_in_two_slices_is_one_target() -> None:
    assert targets(etcd_service(), etcd_slice("10.0.0.1"), etcd_slice("10.0.0.1", name="b")) == ONE


@pytest.mark.parametrize(
    "cluster",
    [
        [],
        [etcd_service()],
        [etcd_slice("10.0.0.1")],
        [etcd_service(), etcd_slice("10.0.0.1", service="other")],
        [etcd_service(), etcd_slice("10.0.0.1", ready=False)],
        [etcd_service(), {**etcd_slice("10.0.0.1"), "endpoints": None}],
        [etcd_service(), {**etcd_slice(), "endpoints": [{"addresses": None}]}],
        [etcd_service() | {"spec": {"ports": [{"port": 1}]}}, etcd_slice("10.0.0.1")],
        [etcd_service() | {"spec": {}}, etcd_slice("10.0.0.1")],
        [obj("Service", "etcd"), etcd_slice("10.0.0.1")],
    ],
)
def test_nothing_found_means_no_targets(cluster: list[Obj]) -> None:
    assert targets(*cluster) == ""


def test_legacy_endpoints_are_not_read_beside_slices() -> None:
    subsets = [{"addresses": [{"ip": "10.0.0.9"}], "ports": [{"name": "metrics", "port": 2379}]}]
    legacy = obj("Endpoints", "etcd", "kube-system", subsets=subsets)

    assert targets(etcd_service(), legacy) == ""
    assert targets(etcd_service(), legacy, etcd_slice("10.0.0.1")) == ONE


def test_a_slice_of_another_namespace_is_none_of_etcds() -> None:
    foreign = etcd_slice("10.0.0.1")
    foreign["metadata"]["namespace"] = "elsewhere"

    assert targets(etcd_service(), foreign) == ""


def test_an_endpoint_that_does_not_say_whether_it_is_ready_is() -> None:
    silent = {**etcd_slice(), "endpoints": [{"addresses": ["10.0.0.1"]}]}

    assert targets(etcd_service(), silent) == ONE


@pytest.mark.parametrize(
    ("services", "chosen"),
    [
        ([unlabelled("etcd"), etcd_service("etcd-metrics")], "etcd-metrics"),
        ([etcd_service("etcd"), etcd_service("etcd-metrics")], "etcd"),
        ([unlabelled("etcd"), unlabelled("etcd-metrics")], "etcd"),
        ([unlabelled("etcd-k8s"), unlabelled("etcd-metrics")], "etcd-metrics"),
        ([unlabelled("etcd"), etcd_service("etcd-k8s")], "etcd"),
        ([unlabelled("etcd-k8s")], "etcd-k8s"),
    ],
)
def test_a_labelled_service_comes_before_one_that_has_the_name(
    services: list[Obj], chosen: str
) -> None:
    slices = [
        etcd_slice(f"10.0.0.{place}", service=name, name=name)
        for place, name in enumerate(("etcd", "etcd-metrics", "etcd-k8s"))
    ]
    place = ("etcd", "etcd-metrics", "etcd-k8s").index(chosen)

    assert targets(*services, *slices) == f"https://10.0.0.{place}:2379/metrics"


@pytest.mark.parametrize(
    ("service", "scheme"),
    [
        (etcd_service(port=2379), "https"),
        (etcd_service(port=2381), "http"),
        (etcd_service(port=9999), "https"),
        (etcd_service(port=2379, etcd_scheme="http"), "http"),
        (etcd_service(port=2381, etcd_scheme="https"), "https"),
        (etcd_service(port=2381, etcd_scheme="ftp"), "http"),
        (etcd_service(port=2379, etcd_scheme=""), "https"),
    ],
)
def test_the_scheme_follows_the_port_or_the_annotation(service: Obj, scheme: str) -> None:
    assert targets(service, etcd_slice("10.0.0.1")).partition(":")[0] == scheme


def test_the_port_of_a_slice_wins() -> None:
    assert targets(etcd_service(), etcd_slice("10.0.0.1", port=1234)) == (
        "https://10.0.0.1:1234/metrics"
    )


def test_ipv6_addresses_are_in_brackets() -> None:
    assert targets(etcd_service(), etcd_slice("fd00::1")) == "https://[fd00::1]:2379/metrics"


def test_a_target_stays_while_its_endpoint_is_not_ready() -> None:
    observed = stored(answer(agent(), etcd_service(), etcd_slice("10.0.0.1")))
    cluster = (
        etcd_service(),
        etcd_slice("10.0.0.1", ready=False),
        etcd_slice("10.0.0.2", name="b", ready=False),
    )

    assert targets(*cluster, observed=observed) == ONE


def test_each_target_stays_while_it_is_not_ready() -> None:
    first, second = etcd_slice("10.0.0.1"), etcd_slice("10.0.0.2", name="b")
    observed = stored(answer(agent(), etcd_service(), first, second))
    unready = etcd_slice("10.0.0.2", name="b", ready=False)

    both = f"{ONE},https://10.0.0.2:2379/metrics"
    assert targets(etcd_service(), first, unready, observed=observed) == both


def test_targets_stay_while_no_endpoint_is_listed() -> None:
    observed = stored(answer(agent(), etcd_service(), etcd_slice("10.0.0.1")))

    assert targets(etcd_service(), etcd_slice(), observed=observed) == ONE
    assert targets(etcd_service(), observed=observed) == ONE


def test_targets_go_with_the_service() -> None:
    observed = stored(answer(agent(), etcd_service(), etcd_slice("10.0.0.1")))

    assert targets(observed=observed) == ""


def test_a_target_goes_with_its_endpoint() -> None:
    observed = stored(answer(agent(), etcd_service(), etcd_slice("10.0.0.2")))

    assert targets(etcd_service(), etcd_slice("10.0.0.1"), observed=observed) == ONE


@pytest.mark.parametrize("unknown", KINDS)
def test_targets_stay_while_etcd_was_not_asked_for(unknown: str) -> None:
    before = answer(agent(), etcd_service(), etcd_slice("10.0.0.1"), CA)
    after = answer(agent(), CA, observed=stored(before), unknown=[unknown])

    assert after["children"] == before["children"]


@pytest.mark.parametrize("unknown", KINDS)
def test_a_new_k8sensor_has_no_targets_while_etcd_was_not_asked_for(unknown: str) -> None:
    cluster = [
        each for each in (etcd_service(), etcd_slice("10.0.0.1")) if each["kind"] not in unknown
    ]
    result = answer(agent(), *cluster, unknown=[unknown])

    assert TARGETS not in env(result, K8SENSOR)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"openshift": True}, ""),
        ({"k8s_sensor": {"etcd": {"targets": ["https://b", "https://a"]}}}, "https://b,https://a"),
    ],
)
def test_etcd_is_not_looked_for_where_it_is_of_no_use(spec: Obj, expected: str) -> None:
    assert targets(etcd_service(), etcd_slice("10.0.0.1"), CA, spec=spec) == expected


def test_openshift_can_be_a_fact_of_the_installation() -> None:
    result = answer(agent(), etcd_service(), etcd_slice("1.1.1.1"), facts=Facts(openshift=True))

    assert TARGETS not in env(result, K8SENSOR)


def test_a_secret_beside_the_resource_is_the_ca_of_a_discovered_etcd() -> None:
    result = answer(agent(), etcd_service(), etcd_slice("10.0.0.1"), CA)

    assert volumes(result, K8SENSOR)["etcd-ca"]["secret"] == {
        "defaultMode": 0o440,
        "items": [{"key": "ca.crt", "path": "ca.crt"}],
        "secretName": "etcd-ca",
    }
    assert mounts(result, K8SENSOR)["etcd-ca"] == "/var/run/secrets/etcd"


@pytest.mark.parametrize(
    "cluster",
    [
        [CA],
        [etcd_service(), etcd_slice("10.0.0.1")],
        [CA, etcd_service()],
        [secret("etcd-ca", other="x"), etcd_service(), etcd_slice("10.0.0.1")],
    ],
)
def test_the_clusters_own_ca_is_used_else(cluster: list[Obj]) -> None:
    result = answer(agent(), *cluster)

    assert env(result, K8SENSOR)["ETCD_CA_FILE"] == OWN_CA
    assert "etcd-ca" not in volumes(result, K8SENSOR)


def test_a_discovered_ca_stays_while_secrets_were_not_asked_for() -> None:
    cluster = etcd_service(), etcd_slice("10.0.0.1")
    before = answer(agent(), *cluster, CA)
    after = answer(agent(), *cluster, observed=stored(before), unknown=["Secret.v1"])

    assert after["children"] == before["children"]


def test_a_discovered_ca_goes_with_its_secret() -> None:
    cluster = etcd_service(), etcd_slice("10.0.0.1")
    after = answer(agent(), *cluster, observed=stored(answer(agent(), *cluster, CA)))

    assert env(after, K8SENSOR)["ETCD_CA_FILE"] == OWN_CA


@pytest.mark.parametrize(
    ("path", "file"), [("/etcd", "/etcd/ca.crt"), ("/etcd/", "/etcd/ca.crt"), ("/", "/ca.crt")]
)
def test_a_ca_is_looked_for_in_the_given_directory(path: str, file: str) -> None:
    parent = agent({"k8s_sensor": {"etcd": {"ca": {"mountPath": path}}}})

    assert env(answer(parent), K8SENSOR)["ETCD_CA_FILE"] == file
