"""Upgrades of a release of the chart that was there before which would end agents."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import local_cluster
from tests.cluster.api import Obj
from tests.cluster.charts import RELEASE, Cluster
from tests.cluster.former import FINALIZERS
from tests.cluster.former_release import (
    AGENT,
    FORMER_INSTALLATION,
    JOB,
    VALUES,
    former_release,
    obj,
    own_definition,
    takeover,
)
from tests.support.helm import CHART, Refused, needs_helm

pytestmark = [
    needs_helm,
    local_cluster.needs_cluster,
    pytest.mark.timeout(400),
]


@pytest.fixture(scope="module", name="former")
def _former(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A server for what is refused."""
    place = tmp_path_factory.mktemp("refused")
    with (
        local_cluster.started(place / "state") as kubeconfig,
        former_release(Path(kubeconfig), place, own_definition()) as cluster,
    ):
        yield cluster


def refused(cluster: Cluster, controller: Obj) -> str:
    """Return why an upgrade is refused; all is as it was before."""
    with pytest.raises(Refused) as error:
        cluster.upgrade(VALUES | {"controller": controller})
    assert all(map(cluster.api.get, FORMER_INSTALLATION))
    assert cluster.api.get(AGENT)
    return str(error.value)


@pytest.mark.parametrize(
    ("controller", "remedy"),
    [
        ({"handOver": {"job": False}}, "python -m hooks takeover apply"),
        ({"agent": {"create": False}}, "set controller.agent.create to true"),
        ({"agent": {"name": "another"}}, "set controller.agent.name to instana-agent"),
    ],
)
def test_upgrade_that_would_end_agents_is_refused(
    controller: Obj, remedy: str, former: Cluster
) -> None:
    assert remedy in refused(former, controller)


def test_upgrade_is_refused_while_the_operator_leads_further_resources(former: Cluster) -> None:
    other = obj("InstanaAgent", "other", "instana.io/v1", "elsewhere")
    former.api.apply(obj("Namespace", "elsewhere"))
    former.api.apply(other | {"spec": (former.api.get(AGENT) or {})["spec"]})
    former.api.merge(other, {"metadata": {"finalizers": FINALIZERS}})
    try:
        assert "also manages InstanaAgent elsewhere/other" in refused(former, {})
    finally:
        former.api.merge(other, {"metadata": {"finalizers": None}})
        former.api.delete(other)


def test_release_of_the_first_generation_is_refused(former: Cluster) -> None:
    labels = {"app.kubernetes.io/name": "old", "helm.sh/chart": "instana-agent-1.2.74"}
    pods = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "a", "image": "a"}]}}
    daemonset = obj("DaemonSet", "old", "apps/v1") | {
        "spec": {"selector": {"matchLabels": labels}, "template": pods}
    }
    daemonset["metadata"] |= {
        "labels": labels,
        "annotations": {"meta.helm.sh/release-name": RELEASE},
    }
    former.api.apply(daemonset)
    try:
        assert "release instana-agent is of the chart 1.x" in refused(former, {})
    finally:
        former.api.delete(daemonset)


def test_all_values_of_the_former_release_are_not_taken_over(former: Cluster) -> None:
    with pytest.raises(Refused, match="--reset-then-reuse-values"):
        former.helm("upgrade", RELEASE, str(CHART), "--reuse-values")


def test_release_that_was_handed_over_by_hand_is_upgraded_without_a_job(former: Cluster) -> None:
    assert takeover(former, "apply").exit_code == 3

    former.upgrade(VALUES | {"controller": {"handOver": {"job": False}}})

    assert not any(map(former.api.get, FORMER_INSTALLATION))
    assert former.api.get(AGENT)
    assert former.api.get(JOB) is None
