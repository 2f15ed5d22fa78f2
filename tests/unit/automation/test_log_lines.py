"""Tests read logs while they are written."""

from pathlib import Path

from tests.support.log_lines import whole_lines


def test_a_line_that_is_being_written_comes_once_it_is_whole(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"first\nthe")
    seen = list(whole_lines(log))
    with log.open("ab") as writer:
        writer.write(b" second\n")

    assert seen == [b"first\n"]
    assert list(whole_lines(log, len(seen[0]))) == [b"the second\n"]
