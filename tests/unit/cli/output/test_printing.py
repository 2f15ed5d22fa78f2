"""Results on standard output: tables for people, JSON for programs."""

import json

import pytest

from hooks.cli.output.printing import print_json, table

TITLES = ("NODE", "WHY")


def test_a_table_has_titles_and_breaks_long_texts() -> None:
    printed = table(TITLES, [["n1", "a taint that no toleration matches"], ["n2", ""]], [None, 12])

    assert printed.splitlines() == [
        "NODE    WHY",
        "n1      a taint that",
        "        no",
        "        toleration",
        "        matches",
        "n2",
    ]


def test_no_text_is_taken_for_a_number() -> None:
    assert table(TITLES, [["1.10", "007"]], [None, None]).splitlines()[1].split() == ["1.10", "007"]


def test_a_table_without_rows_has_its_titles() -> None:
    assert table(TITLES, [], [None, None]) == "NODE  WHY"


def test_json_has_sorted_names(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"b": [1], "a": None})
    printed = capsys.readouterr().out

    assert json.loads(printed) == {"a": None, "b": [1]}
    assert printed.index('"a"') < printed.index('"b"')
    assert printed.endswith("}\n")
