"""A release says one version everywhere, and is made of what is here."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from hack import release
from hooks import __version__
from tests.support.files import loaded
from tests.support.helm import Obj, needs_helm, rendered
from tests.support.tools import needs

DATE = "2026-12-24"
VALUES = Path("hack/e2e/values.yaml")


@pytest.fixture(name="copy")
def _copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for place in (*release.PLACES, release.CHANGELOG):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(place, tmp_path / place)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_version_is_that_of_the_code() -> None:
    assert release.version() == __version__


def test_every_place_says_it() -> None:
    assert release.differing() == {}


def test_changelog_ends_with_what_is_unreleased_or_with_this_version() -> None:
    headings = re.findall(r"^## .*$", release.CHANGELOG.read_text(), re.MULTILINE)
    newest, *older = [match[1] for match in map(release.HEADING.fullmatch, headings) if match]

    assert len(headings) == 1 + len(older)
    assert newest in (None, __version__)
    assert None not in older
    assert __version__ not in older[1:]


@pytest.mark.parametrize("place", release.PLACES, ids=str)
def test_place_with_another_version_is_seen(place: Path, copy: Path) -> None:
    text = (copy / place).read_text()
    (copy / place).write_text(text.replace(__version__, "9.9.9", 1))

    assert release.differing()


@pytest.mark.usefixtures("copy")
def test_prepared_version_is_everywhere_and_can_be_tagged() -> None:
    release.prepare("1.2.3", DATE)

    assert release.version() == "1.2.3"
    release.check("v1.2.3")
    headings = re.findall(r"^## .*$", release.CHANGELOG.read_text(), re.MULTILINE)
    assert headings[:2] == ["## Unreleased", f"## [1.2.3] - {DATE}"]


@pytest.mark.usefixtures("copy")
def test_notes_are_those_of_the_version_alone() -> None:
    before = release.CHANGELOG.read_text().partition(release.UNRELEASED)[2].strip()
    release.prepare("1.2.3", DATE)
    assert release.notes().strip() == before

    text = release.CHANGELOG.read_text()
    release.CHANGELOG.write_text(text.replace(release.UNRELEASED, f"{release.UNRELEASED}\n- New\n"))
    release.prepare("1.2.4", DATE)

    assert release.notes() == "- New\n"


@pytest.mark.usefixtures("copy")
@pytest.mark.parametrize("tag", ["v1.2.4", "1.2.3", "v1.2.3-rc.1"])
def test_tag_of_another_version_is_refused(tag: str) -> None:
    release.prepare("1.2.3", DATE)

    with pytest.raises(release.ReleaseError, match="the tag is"):
        release.check(tag)


def test_version_that_was_not_prepared_is_refused(copy: Path) -> None:
    release.prepare("1.2.3", DATE)
    source = copy / release.SOURCE
    source.write_text(source.read_text().replace("1.2.3", "1.2.4"))

    with pytest.raises(release.ReleaseError, match="another version"):
        release.check("v1.2.4")


@pytest.mark.usefixtures("copy")
@pytest.mark.parametrize("wrong", ["v1.2.3", "1.2", "one", "1.2.3 "])
def test_what_is_no_version_is_refused(wrong: str) -> None:
    with pytest.raises(release.ReleaseError, match="is no version"):
        release.prepare(wrong, DATE)


def test_previous_release_is_the_newest_other_one() -> None:
    own = f"v{__version__}"

    assert release.previous([own, "v0.0.9", "v0.0.8"]) == "0.0.9"
    assert release.previous(["nightly", "v0.0.9"]) == "0.0.9"
    assert release.previous([own]) is None
    assert release.previous([]) is None


@needs("kubectl")
@needs_helm
def test_artefacts_name_the_image_by_its_digest(tmp_path: Path) -> None:
    digest = f"sha256:{'0123456789abcdef' * 4}"
    release.artefacts(tmp_path, "registry.example/instana", digest)

    image = f"registry.example/instana/{release.IMAGE}@{digest}"
    objects = loaded((tmp_path / "install.yaml").read_text())
    chart = tmp_path / f"instana-agent-{__version__}.tgz"
    assert images(objects) == images(rendered(VALUES.read_text(), chart=chart)) == {image}
    assert not [each for each in objects if each["kind"] == "Secret"]


def images(objects: list[Obj]) -> set[str]:
    """Return the images of all pods among the objects."""
    return set(
        re.findall(
            r"^\s*(?:- )?image: (\S*instana-agent-hooks\S*)$",
            yaml.dump_all(objects, Dumper=yaml.CSafeDumper),
            re.MULTILINE,
        )
    )
