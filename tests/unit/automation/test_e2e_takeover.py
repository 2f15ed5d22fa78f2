"""What the step takeover of hack/e2e finds fault with, and when it says that it showed nothing."""

import subprocess
from pathlib import Path

import pytest

GONE, THERE = "DELETED", "MODIFIED"
DELETED_AT = "2026-01-01T00:00:00Z"


def line(
    name: str,
    *,
    kind: str,
    event: str = THERE,
    ready: str = "True",
    node: str = "node-1",
    ending: str = "",
    restarts: str = "0",
) -> str:
    """Return what the watch notes of an event of a pod."""
    owner, component, mode = KINDS[kind]
    columns = [event, f"uid-{name}", name, node, owner, component, mode, ending, ready, restarts]
    return "|".join([*columns, "17"])


KINDS = {
    "old agent": ("DaemonSet", "", "APM"),
    "new agent": ("DaemonSet", "instana-agent", ""),
    "old sensor": ("ReplicaSet", "", "KUBERNETES"),
    "new sensor": ("ReplicaSet", "k8sensor", "KUBERNETES"),
    "operator": ("ReplicaSet", "", ""),
}

BEGIN = [line("a1", kind="old agent"), line("s1", kind="old sensor")]
NEW_AGENT = [
    line("a1", kind="old agent", ending=DELETED_AT),
    line("a1", kind="old agent", event=GONE, ready="False"),
    line("a2", kind="new agent", node="", ready=""),
    line("a2", kind="new agent"),
]
NEW_SENSOR = [
    line("s2", kind="new sensor", ready="False", restarts=""),
    line("s2", kind="new sensor"),
]
OLD_SENSOR_ENDS = [
    line("s1", kind="old sensor", ending=DELETED_AT),
    line("s1", kind="old sensor", event=GONE, ready="False"),
]
TAKEN_OVER = [*BEGIN, *NEW_AGENT, *NEW_SENSOR, *OLD_SENSOR_ENDS]


def faults(lines: list[str]) -> tuple[int, list[str]]:
    """Return the exit code of the look back at the events, and what it found fault with."""
    done = subprocess.run(
        ["awk", "-f", "hack/e2e/former/faults.awk"],
        check=False,
        capture_output=True,
        text=True,
        input="".join(f"{each}\n" for each in lines),
    )
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_takeover_without_a_gap_has_no_fault() -> None:
    assert faults(TAKEN_OVER) == (0, [])


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([], "the old sensor was never ready"),
        ([*BEGIN[:1], *NEW_AGENT, *NEW_SENSOR], "the old sensor was never ready"),
        (
            [*BEGIN, *NEW_AGENT, *OLD_SENSOR_ENDS, *NEW_SENSOR],
            "no sensor was ready, after MODIFIED of pod s1",
        ),
        (
            [*BEGIN, *NEW_AGENT, line("s1", kind="old sensor", ready="False"), *TAKEN_OVER[1:]],
            "no sensor was ready, after MODIFIED of pod s1",
        ),
        (
            [*TAKEN_OVER, line("s2", kind="new sensor", ready="False"), NEW_SENSOR[1]],
            "no sensor was ready, after MODIFIED of pod s2",
        ),
        (
            [*TAKEN_OVER, line("s2", kind="new sensor", event=GONE)],
            "the new sensor is not ready at the end",
        ),
        ([*BEGIN, *NEW_AGENT, *NEW_SENSOR], "a pod of the old sensor is there at the end"),
        (
            [*TAKEN_OVER, NEW_AGENT[-1].replace("a2", "a3")],
            "the agent of node-1 was replaced 2 times",
        ),
        (
            [*TAKEN_OVER, line("a2", kind="new agent", ready="False")],
            "no agent is ready at the end",
        ),
        (
            [*BEGIN, line("s1", kind="old sensor", restarts="0 1"), *TAKEN_OVER[2:]],
            "a container of s1 restarted",
        ),
        ([*TAKEN_OVER, line("o1", kind="operator", restarts="2")], "a container of o1 restarted"),
    ],
)
def test_fault_is_found(lines: list[str], found: str) -> None:
    code, told = faults(lines)

    assert code == 1
    assert found in told


def test_each_fault_is_told_once() -> None:
    code, told = faults([*TAKEN_OVER, *[line("a2", kind="new agent", restarts="1")] * 3])

    assert (code, told) == (1, ["a container of a2 restarted"])


def test_gap_is_told_by_its_first_moment() -> None:
    code, told = faults([*BEGIN, *OLD_SENSOR_ENDS, *NEW_AGENT, *NEW_SENSOR])

    assert (code, told) == (1, ["no sensor was ready, after MODIFIED of pod s1"])


def bash(call: str) -> subprocess.CompletedProcess[str]:
    text = f"source hack/e2e/steps.bash\n{call}\n"
    return subprocess.run(["bash", "-c", text], check=False, capture_output=True, text=True)


def test_no_image_in_the_place_of_agents_shows_nothing() -> None:
    done = bash("put_former_in_place() { fail 'it was'; }; HOOKS_URL= AGENT_IMAGE= step_takeover")

    assert done.returncode == 0
    assert "NOT SHOWN: a takeover;" in done.stdout


@pytest.mark.parametrize("code", [0, 1, 2])
def test_first_command_has_to_wait_for_the_new_sensor(code: int) -> None:
    done = bash(f"take_over() {{ return {code}; }}; take_over_and_wait")

    assert done.returncode == 1
    assert f"takeover apply ended with {code} instead of 3" in done.stderr


def test_images_are_those_that_stand_in() -> None:
    objects = bash("AGENT_IMAGE=localhost:5000/in:1; in_this_cluster $former_objects").stdout
    around = bash(
        "AGENT_IMAGE=localhost:5000/in:1; in_this_cluster hack/e2e/former/installation.yaml"
    ).stdout

    assert objects.count('"image": "localhost:5000/in:1"') == 3
    assert around.count("image: localhost:5000/in:1\n") == 1
    assert "name: localhost:5000/in\n      tag: 1\n" in around
    assert "icr.io" not in objects + around
    assert "Always" not in objects.replace('"restartPolicy": "Always"', "") + around


def test_watch_that_ended_is_not_up_to_date() -> None:
    done = bash("in_namespace() { :; }; true & watcher=$!; wait; watch_is_up_to_date")

    assert done.returncode == 1


@pytest.mark.parametrize(("seen", "code"), [("|17", 0), ("|177", 1), ("|1", 1)])
def test_watch_has_seen_each_pod_as_it_is(seen: str, code: int, tmp_path: Path) -> None:
    (tmp_path / "seen").write_text(f"x{seen}\n")

    done = bash(
        f"in_namespace() {{ printf 17; }}; pods_seen={tmp_path}/seen; "
        "watcher=$$; watch_is_up_to_date"
    )

    assert done.returncode == code, done.stderr
