"""Which recordings stay: the last ones, within bounds."""

from hypothesis import given
from hypothesis import strategies as st

from hooks.recording.retention import NAME, Limits, file_name, superfluous

NAMES = st.builds(
    file_name,
    st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"]),
    st.integers(0, 99),
    st.sampled_from(["sync", "customize"]),
    st.sampled_from(["a/b", "../../etc/passwd", "a\x00/\n", "InstanaAgent/x/y"]),
    st.just("0123abcd"),
)
FILES = st.dictionaries(NAMES, st.integers(0, 100), max_size=30)
LIMITS = st.builds(Limits, st.integers(1, 4), st.integers(1, 3), st.integers(1, 300))


@given(NAMES)
def test_a_name_has_no_text_of_a_user(name: str) -> None:
    assert NAME.fullmatch(name)


@given(FILES, LIMITS)
def test_what_stays_is_within_the_bounds(files: dict[str, int], limits: Limits) -> None:
    kept = files.keys() - superfluous(files, limits)
    found = [NAME.fullmatch(name) for name in kept]
    calls = [(each["hook"], each["resource"]) for each in found if each]

    assert sum(files[name] for name in kept) <= limits.most_bytes
    assert len({resource for _, resource in calls}) <= limits.resources
    assert all(calls.count(each) <= limits.last for each in calls)


@given(FILES, LIMITS)
def test_other_files_are_left_alone(files: dict[str, int], limits: Limits) -> None:
    others = {"notes.txt": 10**9, "20260101T000000Z-000001-sync-x.json": 5}

    assert not set(superfluous(files | others, limits)) & others.keys()


def test_the_newest_stay() -> None:
    names = [file_name("2026-01-01T00:00:00Z", at, "sync", "a", "0123abcd") for at in range(5)]

    assert superfluous(dict.fromkeys(names, 1), Limits(2, 1, 100)) == names[:3]
