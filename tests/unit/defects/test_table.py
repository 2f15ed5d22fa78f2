import re
from pathlib import Path

TABLE = Path("docs/go-operator-defects.md").read_text(encoding="utf-8")
ROWS = [line.split(" | ") for line in TABLE.splitlines() if re.match(r"\| [BSR]\d", line)]
NUMBERS = [
    f"{letter}{number}"
    for letter, last in (("B", 46), ("S", 15), ("R", 17))
    for number in range(1, last + 1)
]


def number_of(row: list[str]) -> str:
    return row[0].removeprefix("| ")


def named_tests() -> dict[str, str]:
    """Return each test that the table names, with the number of its row."""
    return {name: number_of(row) for row in ROWS for name in re.findall(r"`(test_\w+)`", row[-1])}


def existing_tests() -> set[str]:
    sources = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("*.py")]
    return {
        name
        for source in sources
        for name in re.findall(r"^def (test_[bsr]\d\d_\w+)", source, re.MULTILINE)
    }


def test_the_table_has_every_number_once() -> None:
    assert [number_of(row) for row in ROWS] == NUMBERS


def test_the_table_names_every_test_and_no_other() -> None:
    assert set(named_tests()) == existing_tests()


def test_every_test_stands_in_the_row_of_its_number() -> None:
    misplaced = [
        name
        for name, number in named_tests().items()
        if not name.startswith(f"test_{number[0].lower()}{int(number[1:]):02}_")
    ]

    assert misplaced == []


def test_a_row_without_a_test_says_why() -> None:
    silent = [
        number_of(row)
        for row in ROWS
        if "`test_" not in row[-1]
        and not re.search("not built yet|cannot|kept", row[2], re.IGNORECASE)
    ]

    assert silent == []


def test_every_row_says_what_happens_here() -> None:
    assert [number_of(row) for row in ROWS if len(row) != 4 or not row[2].strip()] == []
