"""Each thing that the steps of hack/e2e look at can be seen to be wrong.

The looks at the cluster are replaced; a whole life in a real one is in tests/cluster.
"""

import subprocess

import pytest

NEVER_WAITS = "sleep() { SECONDS=$((SECONDS + 1000)); }"
NOTHING_HAPPENS = "install_this() { :; }; wait_until() { :; }; has_settled() { :; }; sleep() { :; }"
OTHER_EACH_TIME = "{ echo $RANDOM.$RANDOM.$RANDOM; }"


def bash(replaced: str, call: str) -> subprocess.CompletedProcess[str]:
    """Call one of the functions of the scripts, with others replaced."""
    text = f"source hack/e2e/steps.bash\n{replaced}\n{call}\n"
    return subprocess.run(["bash", "-c", text], check=False, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("now", "code"), [("a 1\\nb 2", 0), ("a 1\\nb 2\\nc 3", 0), ("a 1", 1), ("a 1\\nb 9", 1)]
)
def test_what_was_there_has_to_stay_what_it_is(now: str, code: int) -> None:
    done = bash(f"identities() {{ printf '{now}\\n'; }}", "still_there $'a 1\\nb 2'")

    assert done.returncode == code
    assert ("deleted, or made anew: b 2" in done.stderr) is bool(code)


def test_update_that_changes_nothing_again_passes() -> None:
    same = "identities() { echo a; }; versions() { echo a; }"

    assert bash(f"{NOTHING_HAPPENS}; {same}", "step_update").returncode == 0


def test_update_that_makes_children_anew_fails() -> None:
    replaced = f"{NOTHING_HAPPENS}; versions() {{ echo a; }}; identities() {OTHER_EACH_TIME}"

    done = bash(replaced, "step_update")

    assert done.returncode == 1
    assert "made anew" in done.stderr


def test_update_that_writes_something_again_fails() -> None:
    replaced = f"{NOTHING_HAPPENS}; identities() {{ echo a; }}; versions() {OTHER_EACH_TIME}"

    done = bash(replaced, "step_update")

    assert done.returncode == 1
    assert "the same values again changed something" in done.stderr


@pytest.mark.parametrize(("left", "code"), [("", 0), ("secret/a", 1)])
def test_anything_left_is_seen(left: str, code: int) -> None:
    assert bash(f"left_over() {{ printf '{left}'; }}", "nothing_is_left").returncode == code


def test_waiting_ends_and_says_what_was_seen_last() -> None:
    done = bash(NEVER_WAITS, "wait_until 'the moon' bash -c 'echo half of it; exit 1'")

    assert done.returncode == 1
    assert "the moon; the last look: half of it" in done.stderr


def test_waiting_ends_as_soon_as_it_is_there() -> None:
    done = bash(NEVER_WAITS, "wait_until 'the sun' true")

    assert (done.returncode, done.stdout) == (0, "ok: the sun\n")


@pytest.mark.parametrize(("found", "code"), [("True", 0), ("False", 1), ("", 1)])
def test_condition_has_to_be_the_wanted_one(found: str, code: int) -> None:
    replaced = f"kubectl() {{ printf '{found}'; }}"

    assert bash(replaced, "condition_is Valid True").returncode == code


@pytest.mark.parametrize(("observed", "code"), [("3", 0), ("2", 1), ("", 1)])
def test_change_that_is_not_handled_yet_is_seen(observed: str, code: int) -> None:
    replaced = (
        'kubectl() { if [[ $* == *observedGeneration* ]]; then printf "%s" '
        f"'{observed}'; else printf 3; fi; }}"
    )

    assert bash(replaced, "last_change_is_handled").returncode == code


@pytest.mark.parametrize(("key", "shown"), [("", False), ("secret", True)])
def test_tenant_is_needed_to_show_agents_that_report(key: str, shown: bool) -> None:  # noqa: FBT001
    replaced = f"{NOTHING_HAPPENS}; make_key() {{ :; }}; INSTANA_AGENT_KEY='{key}'"

    done = bash(f"{replaced}; INSTANA_ENDPOINT_HOST=instana.example", "step_tenant")

    assert done.returncode == 0
    assert ("NOT SHOWN" in done.stdout) is not shown
    assert "secret" not in done.stdout + done.stderr


def test_agents_of_a_tenant_need_nodes() -> None:
    done = bash("INSTANA_AGENT_KEY=secret HOOKS_URL=http://127.0.0.1:1", "step_tenant")

    assert done.returncode == 1
    assert "need nodes" in done.stderr
