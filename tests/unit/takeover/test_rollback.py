"""`takeover rollback`: back to the former installation with the record of `takeover apply`."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hooks.cli.program.command_line import main
from hooks.kube.managed_fields import LAST_APPLIED
from hooks.kube.objects import Obj
from hooks.takeover import Strategy
from tests.unit.takeover.fake_cluster import (
    DEFINITION,
    LEFT_BY_OPERATOR,
    OWNER,
    SECRET_VALUE,
    FakeCluster,
    run,
)
from tests.unit.takeover.former import (
    FINALIZER,
    agent,
    applied,
    child,
    obj,
    of_helm,
    operator,
    our_bindings,
    right,
)

VERSION = "metacontroller.k8s.io/v1alpha1"
CRDS = [
    obj("CustomResourceDefinition", f"{name}.metacontroller.k8s.io", "")
    for name in ("compositecontrollers", "decoratorcontrollers")
]
PARENT = {"parentResource": {"apiVersion": "instana.io/v1", "resource": "agents"}}
COMPOSITE = obj("CompositeController", "instana-agent", "", spec=PARENT) | {"apiVersion": VERSION}
OTHERS = obj("CompositeController", "others", "", spec={}) | {"apiVersion": VERSION}
DECORATOR = obj("DecoratorController", "instana-cluster-rbac", "") | {"apiVersion": VERSION}
CONTROLLERS = [*CRDS, COMPOSITE, OTHERS, DECORATOR]


def roll_back(cluster: FakeCluster, *options: str) -> Result:
    record = str(cluster.directory / "record.json")
    command = ["takeover", "rollback", "--record", record, *(options or ("--yes",))]
    return CliRunner().invoke(main, command)


def found(cluster: FakeCluster, kind: str, name: str) -> Obj:
    (only,) = [
        each for each in cluster.objects if (each["kind"], each["metadata"]["name"]) == (kind, name)
    ]
    return only


def settled(objects: Any) -> list[Obj]:
    """Return the objects by name, without what every write changes."""
    kept = [
        {**each, "metadata": {k: v for k, v in each["metadata"].items() if k != "resourceVersion"}}
        for each in objects
    ]
    return sorted(
        ({name: part for name, part in each.items() if name != "status"} for each in kept),
        key=lambda each: (each["kind"], each["metadata"]["name"]),
    )


def change(cluster: FakeCluster, kind: str, name: str, **metadata: Any) -> None:
    """Change the metadata of an object, as somebody else does."""
    objects = cluster.objects
    for each in objects:
        if (each["kind"], each["metadata"]["name"]) == (kind, name):
            each["metadata"] |= metadata
    cluster.hold(*objects)


@pytest.mark.parametrize("strategy", [each.value for each in Strategy])
def test_all_is_as_before(strategy: str, cluster: FakeCluster) -> None:
    before = settled(cluster.objects)
    run("apply", "--apply-strategy", strategy)
    taken_over = settled(cluster.objects)

    result = roll_back(cluster)

    assert result.exit_code == 0, result.output
    assert taken_over != before
    assert settled(_without_empty(cluster.objects)) == before


def _without_empty(objects: list[Obj]) -> list[Obj]:
    """Return the objects without the empty annotations that the fake `kubectl` leaves."""
    for each in objects:
        if each["metadata"].get("annotations") == {}:
            del each["metadata"]["annotations"]
    return objects


def test_it_can_be_repeated(cluster: FakeCluster) -> None:
    run("apply")

    first, second = roll_back(cluster), roll_back(cluster)

    assert first.output.endswith("4 steps done, nothing left to do\n")
    assert (second.exit_code, second.output) == (0, "nothing to do\n")


def test_it_goes_in_the_reverse_order(cluster: FakeCluster) -> None:
    run("apply")

    result = roll_back(cluster)

    done = [line.partition(":")[0] for line in result.output.splitlines() if ": done" in line]
    assert [place.partition(" ")[0] for place in done] == [
        "InstanaAgent",
        "ConfigMap",
        "Secret",
        "Deployment",
    ]


def test_it_continues_where_it_stopped(cluster: FakeCluster) -> None:
    run("apply")
    cluster.refuse("patch Secret instana-agent", "Error from server (Forbidden): no")

    first, second = roll_back(cluster), roll_back(cluster)

    assert (first.exit_code, second.exit_code) == (1, 0)
    assert "Left: 2 steps" in first.stderr
    assert second.output.endswith("2 steps done, nothing left to do\n")


def test_without_a_terminal_and_yes_nothing_is_written(cluster: FakeCluster) -> None:
    run("apply")
    writes = len(cluster.writes)

    result = roll_back(cluster, "--timeout=1")

    assert result.exit_code == 4
    assert "--yes agrees to the plan" in result.stderr
    assert len(cluster.writes) == writes


def test_controllers_are_deleted_first(cluster: FakeCluster) -> None:
    run("apply")
    cluster.hold(*cluster.objects, *CONTROLLERS)
    writes = len(cluster.writes)

    result = roll_back(cluster)

    assert result.exit_code == 0, result.output
    names = [each["metadata"]["name"] for each in cluster.objects if "Controller" in each["kind"]]
    assert names == ["others"]
    first, second = cluster.writes[writes : writes + 2]
    assert first[:3] == [
        "delete",
        "CompositeController.v1alpha1.metacontroller.k8s.io",
        "instana-agent",
    ]
    assert "--cascade=orphan" in first
    assert "--cascade=orphan" in second


def test_controllers_that_do_not_go_are_waited_for(cluster: FakeCluster) -> None:
    run("apply")
    ending = COMPOSITE | {"metadata": COMPOSITE["metadata"] | {"deletionTimestamp": "now"}}
    cluster.hold(*cluster.objects, *CRDS, ending)
    writes = len(cluster.writes)

    result = roll_back(cluster, "--yes", "--timeout=0.1")

    assert result.exit_code == 3
    assert "waiting until the controllers are gone (at most 0.1 s) ..." in result.stderr
    assert len(cluster.writes) == writes


def test_agents_without_a_record_are_in_the_way(cluster: FakeCluster) -> None:
    run("apply")
    cluster.hold(*cluster.objects, *CONTROLLERS, agent("b", "other"))
    writes = len(cluster.writes)

    result = roll_back(cluster)

    assert result.exit_code == 2
    assert "InstanaAgent other/b" in result.output
    assert len(cluster.writes) == writes


@pytest.mark.parametrize("strategy", [each.value for each in Strategy])
def test_what_metacontroller_wrote_since_goes_to_the_operator(
    strategy: str, cluster: FakeCluster
) -> None:
    run("apply", "--apply-strategy", strategy)
    is_apply = strategy == Strategy.SERVER_SIDE_APPLY
    written = applied("metacontroller", **{"f:data": {"f:new": {}}})
    entry = written | ({} if is_apply else {"operation": "Update"})
    of_status = {
        "manager": "kube-controller-manager",
        "operation": "Update",
        "subresource": "status",
    }
    change(cluster, "ConfigMap", "instana-agent-namespaces", managedFields=[entry, of_status])

    assert roll_back(cluster).exit_code == 0

    metadata = found(cluster, "ConfigMap", "instana-agent-namespaces")["metadata"]
    theirs, status = metadata["managedFields"]
    assert (theirs["manager"], theirs["operation"]) == ("instana-agent-operator", "Apply")
    assert theirs["fieldsV1"] == {"f:data": {".": {}, "f:new": {}}}
    assert status == of_status
    assert LAST_APPLIED not in (metadata.get("annotations") or {})


def test_children_made_since_go_to_the_operator(cluster: FakeCluster) -> None:
    run("apply")
    last = {LAST_APPLIED: "{}"}
    new = child(
        "ConfigMap", "new", OWNER, managedFields=[applied("metacontroller")], annotations=last
    )
    cluster.hold(*cluster.objects, new)

    result = roll_back(cluster)

    metadata = found(cluster, "ConfigMap", "new")["metadata"]
    assert result.exit_code == 0
    assert metadata["managedFields"] == [applied()]
    assert metadata["annotations"] == {}


def test_it_stops_where_somebody_changed_something(cluster: FakeCluster) -> None:
    run("apply")
    mine = {"instana.io/pods-made-for": "mine"}
    change(cluster, "InstanaAgent", "instana-agent", annotations=mine)
    writes = len(cluster.writes)

    result = roll_back(cluster)

    command = "kubectl annotate --overwrite instanaagent -n instana-agent instana-agent "
    assert result.exit_code == 2
    assert "somebody has changed" in result.output
    assert f"{command}'instana.io/pods-made-for=" in result.output
    assert len(cluster.writes) == writes


def test_it_stops_where_somebody_scaled_the_operator(cluster: FakeCluster) -> None:
    run("apply")
    objects = cluster.objects
    objects[1]["spec"]["replicas"] = 3
    cluster.hold(*objects)

    result = roll_back(cluster)

    assert result.exit_code == 2
    assert "spec.replicas" in result.output


def test_a_finalizer_that_others_added_stays(cluster: FakeCluster) -> None:
    run("apply")
    change(cluster, "InstanaAgent", "instana-agent", finalizers=["mine"])

    roll_back(cluster)

    metadata = found(cluster, "InstanaAgent", "instana-agent")["metadata"]
    assert metadata["finalizers"] == ["mine", FINALIZER]


def _cleared(cluster: FakeCluster, *objects: Obj) -> Obj:
    """Take over to the end; returns the role of the operator that this deletes."""
    role = right("ClusterRole", "instana-agent") | {"rules": [{"verbs": ["get"]}]}
    labels = {"labels": {"app.kubernetes.io/managed-by": "instana-agent-cluster-rbac"}}
    bound = [each | {"metadata": each["metadata"] | labels} for each in our_bindings()]
    cluster.hold(DEFINITION, agent(), role, *bound, *objects)
    assert run("apply").exit_code == 0
    return role


def test_deleted_objects_are_created_again(cluster: FakeCluster) -> None:
    role = _cleared(cluster)

    result = roll_back(cluster)

    assert result.exit_code == 0, result.output
    created = found(cluster, "ClusterRole", "instana-agent")
    assert created["rules"] == role["rules"]
    assert created["metadata"]["labels"] == role["metadata"]["labels"]
    assert roll_back(cluster).output == "nothing to do\n"


def test_what_somebody_created_with_other_content_stops_it(cluster: FakeCluster) -> None:
    role = _cleared(cluster)
    other = {**role, "rules": [], "metadata": role["metadata"] | {"uid": "another"}}
    cluster.hold(*cluster.objects, other)

    result = roll_back(cluster)

    assert result.exit_code == 2
    assert "created it with other content" in " ".join(result.output.split())


def test_owners_that_are_gone_are_left_out(cluster: FakeCluster) -> None:
    _cleared(cluster)
    file = cluster.directory / "record.json"
    record = json.loads(file.read_text())
    owners = [
        {"kind": "InstanaAgent", "uid": uid} for uid in ("gone", "uid-instana-agent-instana-agent")
    ]
    record["steps"][0]["deleted"]["metadata"]["ownerReferences"] = owners
    file.write_text(json.dumps(record))

    roll_back(cluster)

    metadata = found(cluster, "ClusterRole", "instana-agent")["metadata"]
    assert metadata["ownerReferences"] == owners[1:]


def test_release_of_helm_is_not_brought_back(cluster: FakeCluster) -> None:
    release = obj("Secret", "sh.helm.release.v1.instana-agent.v1", labels={"owner": "helm"})
    configuration = of_helm("ConfigMap", "instana-agent", data={"configuration.yaml": SECRET_VALUE})
    spec = {"agent": {"key": "k", "endpointHost": "h", "endpointPort": "443"}}
    off = {"k8s_sensor": {"deployment": {"enabled": False}}, "rbac": {"create": False}}
    resource = agent(spec=spec | off)
    cluster.hold(DEFINITION, resource, of_helm("Secret", "instana-agent"), configuration, release)
    cluster.hold(*cluster.objects, *_rolled_out())
    run("apply")
    kinds = [each["kind"] for each in cluster.objects]

    result = roll_back(cluster)

    text = result.stderr
    assert kinds.count("ConfigMap") == 0, kinds
    assert result.exit_code == 0
    secret = found(cluster, "Secret", "instana-agent")["metadata"]
    assert secret["labels"]["app.kubernetes.io/managed-by"] == "Helm"
    assert SECRET_VALUE not in (cluster.directory / "record.json").read_text()
    record = json.loads((cluster.directory / "record.json").read_text())
    assert record["rollback"]["possible"] == "in part"
    assert len(record["rollback"]["lost"]) == text.count("Not brought back: ") == 2


def test_a_record_without_anything_to_undo_ends_with_two(cluster: FakeCluster) -> None:
    cluster.refuse("patch Deployment", "Error from server (Forbidden): no")
    run("apply")
    file = cluster.directory / "record.json"
    record = json.loads(file.read_text()) | {"steps": [], "rollback": {"possible": "not at all"}}
    file.write_text(json.dumps(record))

    result = roll_back(cluster)

    assert result.exit_code == 2
    assert result.stderr.startswith("nothing can be rolled back: ")
    assert cluster.writes[1:] == []


def _rolled_out() -> list[Obj]:
    """Return the DaemonSet of the resource with all its pods."""
    template = {"metadata": {"labels": {"app.kubernetes.io/component": "instana-agent"}}}
    status = {"observedGeneration": 1, "desiredNumberScheduled": 0}
    owner = {"kind": "InstanaAgent", "name": "instana-agent", "controller": True}
    return [
        obj(
            "DaemonSet",
            "instana-agent",
            generation=1,
            ownerReferences=[owner],
            spec={"template": template},
            status=status,
        )
    ]


def test_adopted_objects_lose_owner_and_annotations_of_the_service(cluster: FakeCluster) -> None:
    cluster.hold(DEFINITION, agent(), of_helm("Secret", "instana-agent"))
    run("apply")
    owner = {"kind": "InstanaAgent", "uid": "uid-instana-agent-instana-agent", "controller": True}
    before = of_helm("Secret", "instana-agent")["metadata"]
    annotations = before["annotations"] | {"instana.io/x": "1", LAST_APPLIED: SECRET_VALUE}
    change(
        cluster,
        "Secret",
        "instana-agent",
        ownerReferences=[owner],
        annotations=annotations,
        managedFields=[applied("metacontroller")],
    )

    result = roll_back(cluster)

    metadata = found(cluster, "Secret", "instana-agent")["metadata"]
    assert result.exit_code == 0, result.output
    assert metadata["ownerReferences"] == []
    assert metadata["annotations"] == before["annotations"]
    assert metadata["labels"]["app.kubernetes.io/managed-by"] == "Helm"
    assert metadata["managedFields"] == before["managedFields"]


@pytest.mark.parametrize("strategy", [each.value for each in Strategy])
def test_what_metacontroller_removed_comes_back(strategy: str, cluster: FakeCluster) -> None:
    """Helm adopts only objects with its annotations; what others wrote since stays."""
    of_release = {"meta.helm.sh/release-name": "instana-agent", "theirs": "1"}
    daemonset = of_helm("DaemonSet", "instana-agent")
    daemonset["metadata"] |= {"annotations": of_release, "managedFields": [applied("helm")]}
    daemonset["metadata"]["labels"] |= {"chart": "agent-1.2.74", "version": "1.2.74"}
    cluster.hold(DEFINITION, agent(), daemonset)
    run("apply", "--apply-strategy", strategy)
    taken = found(cluster, "DaemonSet", "instana-agent")["metadata"]
    labels = {name: text for name, text in taken["labels"].items() if name != "chart"}
    written = {"labels": labels | {"version": "0.1.0"}, "annotations": {"theirs": "2"}}
    change(cluster, "DaemonSet", "instana-agent", **written)

    first, second = roll_back(cluster), roll_back(cluster)

    back = found(cluster, "DaemonSet", "instana-agent")["metadata"]
    assert first.exit_code == 0, first.output
    assert back["annotations"] == of_release | {"theirs": "2"}
    assert back["labels"] == daemonset["metadata"]["labels"] | {"version": "0.1.0"}
    assert second.stdout == "nothing to do\n"


def test_labels_that_the_go_operator_applies_again_are_left_to_it(cluster: FakeCluster) -> None:
    """The command would own them, and the operator could not remove them later."""
    secret = next(obj for obj in cluster.objects if obj["kind"] == "Secret")["metadata"]
    run("apply")
    change(cluster, "Secret", secret["name"], labels={"kept": "1"})

    result = roll_back(cluster)

    assert result.exit_code == 0, result.output
    assert secret["labels"]
    assert found(cluster, "Secret", secret["name"])["metadata"]["labels"] == {"kept": "1"}


def test_an_owner_is_restored_if_it_exists(cluster: FakeCluster) -> None:
    run("apply")
    change(cluster, "Secret", "instana-agent", ownerReferences=[])

    roll_back(cluster)

    (owner,) = found(cluster, "Secret", "instana-agent")["metadata"]["ownerReferences"]
    assert owner["uid"] == OWNER["metadata"]["uid"]


def test_a_resource_that_was_created_anew_is_left(cluster: FakeCluster) -> None:
    run("apply")
    change(cluster, "InstanaAgent", "instana-agent", uid="another")
    change(cluster, "Secret", "instana-agent", ownerReferences=[])

    result = roll_back(cluster)

    assert result.exit_code == 0
    assert "finalizers" not in result.output
    assert found(cluster, "Secret", "instana-agent")["metadata"]["ownerReferences"] == []


def test_what_is_gone_is_left_out(cluster: FakeCluster) -> None:
    run("apply")
    cluster.hold(
        *(each for each in cluster.objects if each["kind"] not in ("Secret", "Deployment"))
    )

    result = roll_back(cluster)

    assert result.exit_code == 0
    assert result.output.endswith("2 steps done, nothing left to do\n")


@pytest.mark.parametrize("content", ["", "{}", None], ids=["empty", "other", "missing"])
def test_a_record_that_cannot_be_used_ends_with_one(
    content: str | None, cluster: FakeCluster
) -> None:
    if content is not None:
        (cluster.directory / "record.json").write_text(content)

    result = roll_back(cluster)

    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert cluster.calls == []


def test_a_cluster_without_the_definition_is_read(cluster: FakeCluster) -> None:
    run("apply")
    cluster.hold(operator(replicas=0))

    assert roll_back(cluster).exit_code == 0
    assert cluster.objects[0]["spec"]["replicas"] == 1


def test_it_shows_no_value_of_a_secret(cluster: FakeCluster) -> None:
    run("apply")

    assert SECRET_VALUE not in roll_back(cluster).output
    assert LEFT_BY_OPERATOR[3]["data"]["key"] == SECRET_VALUE


def test_rollback_for_programs(cluster: FakeCluster) -> None:
    run("apply")
    result = roll_back(cluster, "--yes", "-o", "json")
    told = json.loads(result.stdout)

    assert result.exit_code in {0, 3}
    assert "InstanaAgent instana-agent/instana-agent" in {step["object"] for step in told["done"]}
    assert told["failed"] is None
