"""The envelope: what is none, and what the API server makes of an answer."""

from typing import Any

import pytest

from hooks.admission import InlineSecrets, NoAdmissionReview, default, rejection_of, validate
from hooks.admission.review import LONGEST_WARNING, MOST_LINES, MOST_PROBLEMS, Review, allowed
from hooks.errors import Problem
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.rules.inline_secrets import REASON
from tests.support.resources import agent
from tests.support.reviews import UID, refused_by, review, warned_by

MOST_OF_A_HEADER = 4096


def validated(body: Obj, inline: InlineSecrets = InlineSecrets.WARN) -> Obj:
    return validate(body, Facts(), inline)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"},
        review(agent()) | {"apiVersion": "admission.k8s.io/v1beta1"},
        review(agent()) | {"kind": "ConversionReview"},
        review(agent()) | {"request": []},
        review(agent(), uid=""),
        review(agent(), uid=3),
        review(agent(), operation=None),
        review(None),
        review([]),
        review(agent() | {"kind": "Pod"}),
        review(agent() | {"apiVersion": "instana.io/v1beta1"}),
        review(agent(), agent(), object=None),
    ],
    ids=range(13),
)
def test_what_is_no_review_of_an_agent_is_refused(body: Obj) -> None:
    for webhook in (validated, default):
        with pytest.raises(NoAdmissionReview):
            webhook(body)
    assert NoAdmissionReview.http_status == 400


def test_answer_is_about_the_request() -> None:
    answer = validated(review(agent({"agent": {"key": None, "keysSecret": "instana-keys"}})))

    assert answer == {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "response": {"uid": UID, "allowed": True},
    }


def test_rejection_names_the_problem_path_and_rule() -> None:
    answer = validated(review(agent({"agent": {"mode": "FULL"}})))

    text = "must be APM, INFRASTRUCTURE, AWS or OFF, or the deprecated KUBERNETES (rule mode)"
    assert answer["response"]["allowed"] is False
    assert answer["response"]["status"] == {
        "status": "Failure",
        "code": 422,
        "reason": "Invalid",
        "message": f"spec.agent.mode: {text}",
        "details": {
            "group": "instana.io",
            "kind": "InstanaAgent",
            "name": "instana-agent",
            "causes": [{"reason": "InvalidSpec", "field": "spec.agent.mode", "message": text}],
        },
    }
    assert rejection_of(answer) == f"spec.agent.mode: {text}"


def test_refusal_names_every_problem() -> None:
    spec = {"agent": {"mode": "FULL", "endpointPort": "0"}, "cluster": None}

    assert refused_by(validated(review(agent(spec)))) == {"mode", "port", "cluster-name"}


def test_refusal_is_bounded() -> None:
    env = [{"name": ""}] * (MOST_PROBLEMS + 3)
    status = validated(review(agent({"agent": {"pod": {"env": env}}})))["response"]["status"]

    assert len(status["details"]["causes"]) == MOST_PROBLEMS
    assert status["message"].endswith("; and 3 more")


def test_warnings_are_in_short_lines_and_name_their_rule() -> None:
    answer = validated(review(agent()))

    assert answer["response"]["warnings"] == [
        f"spec.agent.key: {REASON}: move it to a Secret and name its entry",
        (
            "... in keySecretKeyRef, or add it as entry key to the Secret that keysSecret names "
            "(rule inline-key)"
        ),
    ]


@pytest.mark.parametrize("length", range(60, 140))
def test_lines_have_the_length_that_is_recommended(length: int) -> None:
    problem = Problem("x" * length, "is odd, and so on and on", "mode")
    warnings = allowed(Review("u", "CREATE", "", {}, {}), [problem])["response"]["warnings"]

    assert max(map(len, warnings)) <= LONGEST_WARNING
    assert warnings[-1].endswith("(rule mode)")
    told = "".join(warnings).replace("...", "").replace(" ", "")
    assert told == str(problem).replace(" ", "")


def test_warnings_are_bounded() -> None:
    backends: list[Any] = [
        {"endpointHost": f"host-{number}", "endpointPort": "1", "key": "x"} for number in range(39)
    ]
    body = review(agent({"agent": {"additionalBackends": backends}}))
    warnings = validated(body)["response"]["warnings"]

    assert len(warnings) == MOST_LINES + 1
    assert warnings[-1] == "and 25 more: python -m hooks validate shows all of them"
    assert len("".join(warnings)) < MOST_OF_A_HEADER


def test_a_warning_fits_into_a_header() -> None:
    labels = {"a\nb\x1b": "x"}
    spec = {"agent": {"pod": {"labels": labels}}}
    answer = validated(review(agent(spec), agent(spec | {"zone": {"name": "east"}})))

    assert "label-name" in warned_by(answer)
    assert all(text.isprintable() for text in answer["response"]["warnings"])


def test_a_resource_that_is_nested_too_deeply_is_refused() -> None:
    deep: Obj = {}
    for _ in range(5000):
        deep = {"a": deep}
    broken = agent({"cluster": None}) | {"metadata": {"name": "a", "namespace": "b", "x": None}}
    broken["spec"]["kubernetes"] = deep
    broken["spec"]["openshift"] = "yes"

    for body in (review(broken), review(broken, agent())):
        assert refused_by(validated(body)) == {"nesting"}
        assert default(body)["response"] == {"uid": UID, "allowed": True}
