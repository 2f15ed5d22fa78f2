"""Parts against an observed workload: what is resolved is as desired, the rest is retained."""

from dataclasses import replace

import pytest

from hooks.desired.inputs.unresolved import Unresolved
from hooks.desired.pod.parts import Part, mounted
from hooks.desired.pod.settled import settled
from hooks.kube.objects import Obj

REASON = Unresolved("spec.agent.keysSecret", "Secret keys is missing", is_missing=True)
WAITING = (REASON,)


def volume(name: str, source: str = "a") -> Obj:
    return {"name": name, "secret": {"secretName": source}}


def mount(name: str, path: str) -> Obj:
    return {"mountPath": path, "name": name}


def workload(**fields: object) -> Obj:
    """Return a workload; fields of the container have their names, others are of the pod."""
    of_container = {"env", "args", "volumeMounts"}
    container = {"name": "instana-agent"} | {
        name: value for name, value in fields.items() if name in of_container
    }
    pod = {name: value for name, value in fields.items() if name not in of_container}
    return {"spec": {"template": {"spec": {"containers": [container], **pod}}}}


OLD = workload(volumes=[volume("v", "old")], volumeMounts=[mount("v", "/old")])


def test_a_new_workload_gets_all_parts_as_desired() -> None:
    part = replace(mounted(volume("v"), "/v"), unresolved=WAITING, only_new=("V",))
    pod = settled(None, [part, Part(args=("-a", "b"), pull_secrets=({"name": "p"},))])

    assert (pod.volumes, pod.mounts) == ([volume("v")], [mount("v", "/v")])
    assert (pod.args, pod.pull_secrets, pod.retained_for) == (["-a", "b"], [{"name": "p"}], ())


def test_a_resolved_part_is_as_desired() -> None:
    pod = settled(OLD, [mounted(volume("v"), "/v")])

    assert (pod.volumes, pod.mounts) == ([volume("v")], [mount("v", "/v")])


def test_an_unresolved_part_stays_where_it_is_mounted() -> None:
    part = replace(mounted(volume("v"), "/v"), unresolved=WAITING)
    pod = settled(OLD, [part, mounted(volume("w"), "/w")])

    assert pod.volumes == [volume("v", "old"), volume("w")]
    assert pod.mounts == [mount("v", "/old"), mount("w", "/w")]
    assert pod.retained_for == (REASON,)


def test_a_running_pod_gets_nothing_new_of_an_unresolved_part() -> None:
    pod = settled(
        workload(), [replace(mounted(volume("v"), "/v"), env={"V": {}}, unresolved=WAITING)]
    )

    assert (pod.volumes, pod.mounts, pod.env) == ([], [], {})


def test_what_is_observed_as_desired_is_not_retained() -> None:
    stored = volume("v") | {"more": "of the API server"}
    observed = workload(volumes=[stored], volumeMounts=[mount("v", "/v")])
    pod = settled(observed, [replace(mounted(volume("v"), "/v"), unresolved=WAITING)])

    assert pod.volumes == [volume("v")]
    assert pod.retained_for == ()


@pytest.mark.parametrize("also", [frozenset({"v", "V", "-v"})])
def test_other_forms_of_a_part_are_retained(also: frozenset[str]) -> None:
    observed = workload(
        volumes=[volume("v")],
        volumeMounts=[mount("v", "/v")],
        env=[{"name": "V", "value": "1"}, {"name": "W", "value": "2"}],
        args=["-x", "y", "-v", "file"],
    )
    pod = settled(observed, [Part(unresolved=WAITING, also=also)])

    assert (pod.volumes, pod.mounts) == ([volume("v")], [mount("v", "/v")])
    assert pod.env == {"V": {"name": "V", "value": "1"}}
    assert pod.args == ["-v", "file"]


@pytest.mark.parametrize(
    "fields", [{"volumes": [volume("v")]}, {"volumeMounts": [mount("v", "/v")]}]
)
def test_a_volume_and_its_mount_are_retained_together(fields: Obj) -> None:
    part = replace(mounted(volume("v"), "/v"), unresolved=WAITING, also=frozenset({"v"}))

    for one in (part, Part(unresolved=WAITING, also=frozenset({"v"}))):
        pod = settled(workload(**fields), [one])
        assert (pod.volumes, pod.mounts) == ([], [])


def test_a_variable_that_is_not_observed_gives_way_to_an_earlier_one() -> None:
    built_in, of_user = {"name": "V", "value": "1"}, {"name": "V", "value": "2"}
    pod = settled(
        workload(), [Part(env={"V": built_in}), Part(env={"V": of_user}, unresolved=WAITING)]
    )

    assert pod.env == {"V": built_in}


def test_pull_secrets_are_retained_as_a_whole() -> None:
    observed = workload(imagePullSecrets=[{"name": "old"}])
    wanted = Part(pull_secrets=({"name": "new"},), unresolved=WAITING)

    assert settled(observed, [wanted]).pull_secrets == [{"name": "old"}]
    assert settled(observed, [Part(unresolved=WAITING)]).pull_secrets == []


def test_further_mounts_of_a_retained_volume_take_free_paths() -> None:
    observed = workload(
        volumes=[volume("v")], volumeMounts=[mount("v", "/v"), mount("v", "/w"), mount("v", "/x")]
    )
    parts = [
        Part(mounts=(mount("v", "/v"),), unresolved=WAITING),
        Part(mounts=(mount("other", "/w"),)),
        Part(volumes=(volume("v"),), unresolved=WAITING),
    ]

    paths = [each["mountPath"] for each in settled(observed, parts).mounts]
    assert paths == ["/v", "/w", "/x"]


def test_no_volume_is_left_out_for_its_name() -> None:
    parts = [mounted(volume("v"), "/v"), mounted(volume("v", "b"), "/w")]

    assert settled(OLD, parts).volumes == [volume("v"), volume("v", "b")]


@pytest.mark.parametrize(
    ("env", "is_given"),
    [([], False), ([{"name": "V", "value": "0"}], False), ([{"name": "V", "value": "1"}], True)],
)
def test_a_part_for_new_workloads(env: list[Obj], is_given: bool) -> None:  # noqa: FBT001
    part = Part(env={"V": {"name": "V", "value": "1"}, "W": {"name": "W"}}, only_new=("V",))

    assert ("W" in settled(workload(env=env), [part]).env) is is_given


def test_the_selector_and_its_labels_stay() -> None:
    selector = {"matchLabels": {"a": "1"}}
    observed = {"spec": {"selector": selector, "template": {"metadata": {"labels": {"a": "1"}}}}}
    pod = settled(observed, [])

    assert (pod.selector, pod.selector_labels) == (selector, {"a": "1"})
