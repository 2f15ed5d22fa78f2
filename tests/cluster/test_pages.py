"""The commands of the documentation that need a cluster, as a reader types them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import local_cluster
from tests.cluster.api import Api
from tests.cluster.reader import ReaderCluster
from tests.support.page_commands import (
    EMPTY_CLUSTER,
    SAME_CLUSTER,
    WITH_CHART,
    assert_runs,
    is_run_on_cluster,
    reader_directory,
    save,
)
from tests.support.pages import all_blocks, pages
from tests.support.tools import needs

pytestmark = [
    local_cluster.needs_cluster,
    needs("kubectl"),
    needs("openssl"),
    pytest.mark.timeout(400),
]

PAGES = [page for page in pages() if any(map(is_run_on_cluster, all_blocks(page)))]


def is_story(page: str) -> bool:
    """Return whether the page installs, upgrades or removes something: that takes minutes."""
    marks = {part for block in all_blocks(page) for part in block.run}
    return not marks.isdisjoint({EMPTY_CLUSTER, SAME_CLUSTER, WITH_CHART})


STORIES = [page for page in PAGES if is_story(page)]
OTHERS = [page for page in PAGES if not is_story(page)]


@pytest.fixture(scope="module", name="cluster")
def _cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReaderCluster]:
    folder = tmp_path_factory.mktemp("pages")
    place = reader_directory("docs/air-gap.md", folder / "installed")
    with local_cluster.started(folder / "state", NODES="3") as kubeconfig:
        yield ReaderCluster(Api.from_kubeconfig(kubeconfig), kubeconfig, place)


@pytest.mark.parametrize("page", OTHERS)
def test_commands_can_be_run(page: str, cluster: ReaderCluster, tmp_path: Path) -> None:
    assert_followed(page, cluster, tmp_path / "place")


@pytest.mark.loop
@pytest.mark.parametrize("page", sorted(STORIES, reverse=True))
def test_stories_can_be_followed(page: str, cluster: ReaderCluster, tmp_path: Path) -> None:
    assert_followed(page, cluster, tmp_path / "place")


def assert_followed(page: str, cluster: ReaderCluster, place: Path) -> None:
    """Run the blocks of a page that need a cluster, in their order."""
    reader_directory(page, place)
    cluster.share_credentials(place)
    for block in all_blocks(page):
        save(block, place)
        if is_run_on_cluster(block):
            cluster.prepare(block)
            assert_runs(block, place, {"KUBECONFIG": cluster.kubeconfig})
            cluster.follow(block)
