"""The digest of what pods read as they start: what it follows, and when there is none."""

import pytest

from hooks.desired import build_context
from hooks.desired.agent.volumes import TLS_VOLUME
from hooks.desired.k8sensor.certificates import ETCD
from hooks.desired.passes.start_values import checksum_of, holders_of
from hooks.kube.objects import Obj
from hooks.observed import ObservedObjects
from hooks.rules import parse_agent
from tests.support.hook import FACTS, by_kind
from tests.support.resources import agent, obj, secret

BACKEND = "com.instana.agent.main.sender.Backend-2.cfg"
ITEMS = [{"key": "a", "path": "a"}]
KINDS = ("ConfigMap.v1", "Secret.v1")


def digest(
    pod: Obj, *children: Obj, related: tuple[Obj, ...] = (), spec: Obj | None = None,
    workload: str = "DaemonSet/instana-agent",
) -> str:  # fmt: skip
    """Return the digest for a workload with this pod, beside the children."""
    found = ObservedObjects(by_kind(related, KINDS))
    context = build_context(parse_agent(agent(spec)), ObservedObjects({}), found, FACTS)
    kind, name = workload.split("/")
    template = {"spec": pod}
    whole = {"kind": kind, "metadata": {"name": name}, "spec": {"template": template}}
    return checksum_of(holders_of(context, list(children)), whole)


def variable(optional: bool = False, **fields: str) -> Obj:  # noqa: FBT001, FBT002
    """Return a pod with a variable from entry `a` of the Secret `mine`."""
    reference = {"name": "mine", "key": "a"} | ({"optional": True} if optional else {}) | fields
    container = {"name": "c", "env": [{"name": "V", "valueFrom": {"secretKeyRef": reference}}]}
    return {"containers": [container]}


def volume(name: str, **source: object) -> Obj:
    """Return a pod with a volume of this name."""
    return {"volumes": [{"name": name, **source}]}


OF_SECRET = {"secret": {"secretName": "mine", "items": ITEMS}}
READ = [
    variable(),
    {"initContainers": variable()["containers"]},
    *(
        volume(name, **OF_SECRET)
        for name in ("instana-secrets", "instana-agent-tls", "etcd-ca", "control-plane-ca")
    ),
    volume(
        "instana-secrets", projected={"sources": [{"secret": {"name": "mine", "items": ITEMS}}]}
    ),
]


@pytest.mark.parametrize("pod", READ, ids=str)
def test_it_follows_what_pods_read_as_they_start(pod: Obj) -> None:
    before, after, same = (digest(pod, secret("mine", a=text, b=text)) for text in ("1", "2", "1"))

    assert before not in ("", after, digest({}))
    assert before == same


@pytest.mark.parametrize("pod", READ, ids=str)
def test_there_is_none_while_a_value_is_not_there(pod: Obj) -> None:
    assert digest(pod, secret("mine", b="1")) == ""


def without_and_with_line_break(pod: Obj, entry: str = "a") -> tuple[str, str]:
    one, other = (digest(pod, secret("mine", **{entry: text})) for text in ("1", "1\n"))
    return one, other


@pytest.mark.parametrize("pod", [variable(), volume("instana-secrets", **OF_SECRET)], ids=str)
def test_white_space_that_pods_read_counts(pod: Obj) -> None:
    without, with_break = without_and_with_line_break(pod)

    assert "" not in (without, with_break)
    assert without != with_break


@pytest.mark.parametrize(
    ("pod", "entry"),
    [
        *((volume(name, **OF_SECRET), "a") for name in (TLS_VOLUME, ETCD.volume)),
        (volume("config", secret={"secretName": "mine"}), BACKEND),
    ],
    ids=["tls", "etcd", "backend"],
)
def test_white_space_around_several_lines_is_none(pod: Obj, entry: str) -> None:
    without, with_break = without_and_with_line_break(pod, entry)

    assert without == with_break != ""


@pytest.mark.parametrize("data", ["%", "a", "é", "\ud800"])
def test_what_is_not_base64_has_a_digest_too(data: str) -> None:
    odd = secret("mine") | {"data": {"a": data}}

    assert digest(variable(), odd) not in ("", digest(variable(), secret("mine", a="1")))


@pytest.mark.parametrize("entry", ["tls.crt", "tls.key"])
def test_it_follows_certificate_and_key_of_a_secret_that_is_mounted_as_a_whole(entry: str) -> None:
    pod = volume("instana-agent-tls", secret={"secretName": "mine"})
    before = {"tls.crt": "c", "tls.key": "k", "other": "o"}

    assert digest(pod, secret("mine", **before)) == digest(pod, secret("mine", **before, more="m"))
    assert digest(pod, secret("mine", **before)) != digest(
        pod, secret("mine", **before | {entry: "new"})
    )
    assert digest(pod, secret("mine", **{entry: "one alone"})) == ""


@pytest.mark.parametrize(
    "pod", [volume("mine", **OF_SECRET), volume("config", **OF_SECRET)], ids=["mine", "config"]
)
def test_volumes_that_pods_follow_by_themselves_are_no_part_of_it(pod: Obj) -> None:
    assert digest(pod, secret("mine", a="1")) == digest({})


def test_it_follows_the_keys_in_the_configuration_files_and_no_other_of_these() -> None:
    pod = volume("config", secret={"secretName": "mine"})
    with_key = {BACKEND: "key=1", "configuration.yaml": "a: 1"}
    before = digest(pod, secret("mine", **with_key))

    assert before != digest(pod, secret("mine", **with_key | {BACKEND: "key=2"}))
    assert before == digest(pod, secret("mine", **with_key | {"configuration.yaml": "a: 2"}))


def test_it_follows_a_variable_from_a_config_map() -> None:
    source = {"configMapKeyRef": {"name": "mine", "key": "a"}}
    pod: Obj = {"containers": [{"name": "c", "env": [{"name": "V", "valueFrom": source}]}]}
    one, two = (digest(pod, obj("ConfigMap", "mine", data={"a": text})) for text in ("1", "2"))

    as_bytes = digest(pod, obj("ConfigMap", "mine", binaryData={"a": "AQ=="}))

    assert one != two
    assert as_bytes not in ("", one, two, digest({}))
    assert digest(pod, secret("mine", a="1")) == digest({})


@pytest.mark.parametrize("optional", [False, True])
def test_an_entry_that_need_not_be_there_is_waited_for_by_nobody(optional: bool) -> None:  # noqa: FBT001
    pod = variable(optional)
    without = digest(pod, secret("mine", b="1"))

    assert without == (digest({}) if optional else "")
    assert digest(pod, secret("mine", a="1")) not in ("", without)


def test_it_follows_secrets_that_the_resource_names() -> None:
    spec: Obj = {"agent": {"tls": {"secretName": "mine"}}}
    pair = {"tls.crt": "c", "tls.key": "k"}
    one, two, none = (
        digest(variable(), related=related, spec=spec)
        for related in ((secret("mine", **pair, a="1"),), (secret("mine", **pair, a="2"),), ())
    )

    assert one not in ("", two)
    assert none == ""
    assert digest(variable(), related=(secret("mine", a="1"),)) == digest({})


def test_it_follows_the_authority_of_etcd_that_was_found() -> None:
    items = [{"key": "ca.crt", "path": "ca.crt"}]
    pod = volume("etcd-ca", secret={"secretName": "etcd-ca", "items": items})
    one, two = (digest(pod, related=(secret("etcd-ca", **{"ca.crt": each}),)) for each in "12")

    assert one not in ("", two)


def test_each_backends_k8sensor_has_it_by_its_own_key() -> None:
    spec: Obj = {
        "agent": {
            "key": None,
            "keysSecret": "keys",
            "additionalBackends": [{"endpointHost": "second", "endpointPort": "443"}],
        }
    }
    sensor = "Deployment/instana-agent-k8sensor"
    found = {
        which: digest({}, related=(secret("keys", key_1="k2"),), spec=spec, workload=which)
        for which in ("DaemonSet/instana-agent", sensor, f"{sensor}-1")
    }

    assert [which for which, each in found.items() if each] == [f"{sensor}-1"]


def test_it_is_the_same_in_every_version_as_pods_would_restart_for_another_one() -> None:
    known = "8eed57dd243185edcc30562e87f2ef184f30e1806fba6e6c7ba3854a76c838b9"

    assert digest(variable(), secret("mine", a="1")) == known
