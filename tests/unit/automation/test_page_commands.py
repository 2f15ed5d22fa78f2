"""Every command of the documentation is run by a test, or its page says in a comment why not."""

import re
from pathlib import Path

import pytest
import yaml

from tests.support.page_commands import (
    BY,
    CLUSTERS,
    ENDS,
    EXAMPLE,
    PageError,
    Typed,
    assert_runs,
    is_run_offline,
    reader_directory,
    save,
    typed,
)
from tests.support.pages import MARKS, Block, all_blocks, pages

FENCE = re.compile(r"^\s*(?:```|~~~)", re.MULTILINE)
REASONS = {
    "it changes the version of the project": r"^make release",
    "it has placeholders": r"\bKIND NAME\b|/path/to/",
    "it needs OpenShift": r"-n openshift-",
    "it needs a container engine": r"^\$ docker run",
    "it needs a container engine and a registry": r"docker push",
    "it needs a published release": r"^gh attestation verify",
    "it needs a running service": r"\(rule configuration-yaml\)$",
    "it needs a registry": r"^\$ skopeo copy",
    "it needs a wheel of another version": r"--with \S+\.whl",
    "it needs containers that write logs": r"^kubectl -n \S+ logs ",
    "it needs what a former installation left": (
        r"takeover (?:plan|apply|rollback)|scale deployment|agent\.create=false"
    ),
    "it publishes a release": r"^git push",
    "it runs until you stop it": r"^\$ make run |instana-hooks serve$",
    "it takes minutes": r"^make artefacts",
}
"""Why a block is not run, and what is then in it."""

PAGES = [page for page in pages() if any(map(is_run_offline, all_blocks(page)))]


def test_blocks_are_all_seen() -> None:
    fences = {page: len(FENCE.findall(Path(page).read_text())) for page in pages()}

    assert fences == {page: 2 * len(all_blocks(page)) for page in fences}


@pytest.mark.parametrize("page", pages())
def test_every_mark_is_known(page: str) -> None:
    wrong = [
        (block.line, block.mark)
        for block in all_blocks(page)
        if not (_is_marked_well(block, page) if block.has_commands else _names_a_file(block))
    ]

    assert not wrong


def _is_marked_well(block: Block, page: str) -> bool:
    if block.not_run:
        pattern = REASONS.get(block.not_run)
        return bool(pattern and re.search(pattern, block.text, re.MULTILINE))
    return not block.mark or (bool(block.run) and all(_is_known(part, page) for part in block.run))


def _is_known(part: str, page: str) -> bool:
    if part.startswith(BY):
        test = Path(part.removeprefix(BY))
        return test.exists() and Path(page).name in test.read_text()
    return part in {*CLUSTERS, EXAMPLE} or bool(ENDS.fullmatch(part))


def _names_a_file(block: Block) -> bool:
    return bool(block.file or block.added_to) or not block.mark.startswith(MARKS)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", PAGES)
def test_commands_can_be_run(page: str, tmp_path: Path) -> None:
    assert_followed(page, reader_directory(page, tmp_path / "place"))


def assert_followed(page: str, place: Path) -> None:
    """Run the blocks of a page that need no cluster, in their order."""
    for block in all_blocks(page):
        save(block, place)
        if is_run_offline(block):
            assert_runs(block, place, {})


PAGE = """
1. Look:

   <!-- run: ends with 3 -->
   ```console
   $ first |
       second
   shown
   $ third
   ```

   ```sh
   fourth
   fifth
   ```
"""


def test_blocks_in_lists_have_marks_and_commands(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(PAGE)
    first, second = all_blocks(str(tmp_path / "page.md"))

    assert typed(first) == [Typed("first |\n    second", "shown\n"), Typed("third", "")]
    assert typed(second) == [Typed("fourth\nfifth", "")]
    assert [(block.line, block.run) for block in (first, second)] == [
        (5, ("ends with 3",)),
        (12, ()),
    ]


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("$ echo one\none\n", ""),
        ("$ echo one two three\none ... three\n", ""),
        ("$ echo 1; false\n", "run: ends with 1"),
        ("$ echo one\ntwo\n", "run: the output is an example"),
        ("$ echo one >file\n$ cat file\none\n", ""),
    ],
)
def test_what_a_page_says_is_so(text: str, mark: str, tmp_path: Path) -> None:
    assert_runs(Block(1, "console", text, mark), tmp_path, {})


@pytest.mark.parametrize(
    ("language", "text", "mark"),
    [
        ("console", "$ echo one\ntwo\n", ""),
        ("console", "$ echo one two\none\n", ""),
        ("console", "$ false\n$ true\n", ""),
        ("console", "$ true\n", "run: ends with 1"),
        ("sh", "false | true\n", ""),
        ("sh", "echo $UNKNOWN\n", ""),
    ],
)
def test_what_is_not_so_fails(language: str, text: str, mark: str, tmp_path: Path) -> None:
    with pytest.raises(PageError):
        assert_runs(Block(1, language, text, mark), tmp_path, {})


def test_a_block_is_added_to_a_file(tmp_path: Path) -> None:
    save(Block(1, "yaml", "spec: {zone: {name: a}}\n", "file: agent.yaml"), tmp_path)
    save(Block(2, "yaml", "spec: {mode: APM}\n", "added to: agent.yaml"), tmp_path)

    agent = yaml.safe_load((tmp_path / "agent.yaml").read_text())
    assert agent == {"spec": {"zone": {"name": "a"}, "mode": "APM"}}


@pytest.mark.parametrize("mark", ["not run: it is hard", "run: somewhere", "run: by no/such.py"])
def test_other_marks_are_wrong(mark: str) -> None:
    assert not _is_marked_well(Block(1, "sh", "docker push\n", mark), "README.md")


def test_a_reason_that_does_not_apply_is_wrong() -> None:
    reason = "not run: it needs a published release"

    assert _is_marked_well(Block(1, "sh", "gh attestation verify x\n", reason), "README.md")
    assert not _is_marked_well(Block(1, "sh", "kubectl get pods\n", reason), "README.md")
