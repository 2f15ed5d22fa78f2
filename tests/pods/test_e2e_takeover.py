"""The step of hack/e2e that takes over a former installation, as it is and with something amiss."""

import re
from collections.abc import Iterator

import pytest

from tests.cluster.scripts import LONG, Cluster, cluster_of_its_own, needs_programs, oks

pytestmark = [*needs_programs, pytest.mark.timeout(300)]

NODES = "2"
LOSES_THE_OLD_SENSOR = """
source hack/e2e/former.bash
trap at_the_end EXIT
kubectl create namespace "$namespace"
put_former_in_place
wait_until "all pods of the former installation are ready" all_pods_are_ready
watch_pods
in_namespace delete "$old_sensor" --cascade=foreground
look_back
"""


@pytest.fixture(scope="module", name="cluster")
def _cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    place = tmp_path_factory.mktemp("e2e")
    with (
        cluster_of_its_own(place, NODES=NODES) as cluster,
        cluster.metacontroller(place / "metacontroller.log"),
    ):
        yield cluster


def test_former_installation_is_taken_over_without_a_gap(cluster: Cluster) -> None:
    before = cluster.what_is_there()

    done = cluster.run("takeover", "delete", SECONDS_TO_WAIT=LONG)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "NOT SHOWN" not in done.stdout
    said = oks(done)
    assert said.index("the watch shows the old sensor as ready") < said.index(
        "the takeover has nothing left to do"
    )
    assert said[-2].startswith("a sensor was ready at every moment")
    assert said[-1] == "nothing is left"
    assert cluster.what_is_there() == before


def test_gap_is_found(cluster: Cluster) -> None:
    before = cluster.what_is_there()

    done = cluster.bash(LOSES_THE_OLD_SENSOR, SECONDS_TO_WAIT=LONG)

    assert done.returncode == 1
    (found,) = re.findall(r"^e2e: while it was taken over: (.*)$", done.stderr, re.MULTILINE)
    assert found.startswith("no sensor was ready, after MODIFIED of pod kubernetes-sensor-")
    assert cluster.what_is_there() == before
