from typing import Any

import pytest

from hooks.kube.objects import Obj
from hooks.masking import HIDDEN, HIDDEN_AFTER, Mask, credentials_in, hidden_pair
from tests.support.resources import agent

SECRET = "the-credential"
OF_WORKLOAD, OF_RESOURCE = Mask("DaemonSet", frozenset({SECRET})), Mask("InstanaAgent")


@pytest.mark.parametrize(
    ("mask", "part", "expected"),
    [
        (Mask("Secret"), {"data": {"a": "x"}, "type": "y"}, {"data": {"a": HIDDEN}, "type": "y"}),
        (OF_WORKLOAD, {"args": [f"--x={SECRET}", "y"]}, {"args": [HIDDEN, "y"]}),
        (OF_WORKLOAD, {"url": "http://me:pw@host/"}, {"url": f"http://{HIDDEN}@host/"}),
        (OF_WORKLOAD, {"env": {"A_KEY": "x", "B": "y"}}, {"env": {"A_KEY": HIDDEN, "B": "y"}}),
        (
            OF_WORKLOAD,
            {"env": [{"name": "PASSWORD", "value": "x"}, {"name": "B", "value": "y"}]},
            {"env": [{"name": "PASSWORD", "value": HIDDEN}, {"name": "B", "value": "y"}]},
        ),
        (
            OF_WORKLOAD,
            {"args": ["--token=x", "--mode=y"], "command": ["sh", "-c", "a -Db.password=x --c y"]},
            {
                "args": [f"--token={HIDDEN}", "--mode=y"],
                "command": ["sh", "-c", f"a -Db.password={HIDDEN} --c y"],
            },
        ),
        (OF_WORKLOAD, {"description": "--token=x"}, {"description": "--token=x"}),
        (
            OF_WORKLOAD,
            {"env": {"PW": {"name": "PW", "valueFrom": {"secretKeyRef": {"key": "k"}}}}},
            {"env": {"PW": {"name": "PW", "valueFrom": {"secretKeyRef": {"key": "k"}}}}},
        ),
        (
            OF_RESOURCE,
            {"spec": {"agent": {"configuration": {"a": {"b": ["x"]}}, "key": "x", "mode": "APM"}}},
            {"spec": {"agent": {"configuration": {"a": {"b": [HIDDEN]}}, "key": HIDDEN}
                      | {"mode": "APM"}}},
        ),
        (
            OF_RESOURCE,
            {"spec": {"agent": {"additionalBackends": [{"key": "x", "endpointHost": "h"}]}}},
            {"spec": {"agent": {"additionalBackends": [{"key": HIDDEN, "endpointHost": "h"}]}}},
        ),
    ],
)  # fmt: skip
def test_credentials_are_hidden(mask: Mask, part: Obj, expected: Obj) -> None:
    assert mask.hidden((), part) == expected


@pytest.mark.parametrize(
    ("steps", "before", "after", "expected"),
    [
        (("env", "A_KEY", "value"), "x", "y", (HIDDEN, HIDDEN_AFTER)),
        (("env", "A_KEY", "value"), "x", "x", (HIDDEN, HIDDEN)),
        (("env", "B", "value"), "x", "y", ("x", "y")),
        (("env", 0, "value"), "x", "y", (HIDDEN, HIDDEN_AFTER)),
        (("env", "A_KEY", "name"), "x", "y", ("x", "y")),
        (("labels", "a"), "x", "y", ("x", "y")),
    ],
)
def test_two_hidden_values_say_whether_they_differ(
    steps: tuple[str | int, ...], before: Any, after: Any, expected: tuple[Any, Any]
) -> None:
    assert hidden_pair(OF_WORKLOAD, steps, before, after) == expected


def test_credentials_of_a_resource_are_found() -> None:
    backends = [{"key": "key-of-backend"}, {"key": 7}, "x"]
    spec = {"agent": {"key": SECRET, "tls": {"key": "tls-key"}, "additionalBackends": backends}}

    assert credentials_in(agent(spec)) == {SECRET, "key-of-backend", "tls-key"}
    assert credentials_in(agent({"agent": {"key": "abc"}})) == frozenset()
    assert credentials_in({}) == frozenset()
