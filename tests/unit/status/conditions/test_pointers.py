"""Every reason of a condition has its section in the documentation, and Ready points to it."""

import ast
import importlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from hooks.desired.k8sensor.etcd_copies import CA_SOURCE, CLIENT_SOURCE, NAMESPACE
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.status.condition import LONGEST_MESSAGE, Condition
from hooks.status.conditions.pointers import PAGE, linked, pointed
from tests.recorded import Recorded, recorded_requests
from tests.support.hook import FACTS, answer, conditions, stored
from tests.support.resources import agent

REASON = re.compile(r"[A-Z][a-z0-9]+([A-Z0-9][a-z0-9]*)*")
SYNCS = [each for each in recorded_requests() if each.hook == "sync"]
NO_REASONS = {
    *("True", "False", "Unknown"),
    *("AgentsAvailable", "Authorized", "CertificateIssued", "ChildrenApplied", "ChildrenOwned"),
    "ConfigurationUsable",
    *("EtcdMonitored", "PackageCacheReady", "Reconciling", "ReferencesResolved", "RolloutHeld"),
    *(
        "SecretsFilled",
        "SecretsTrimmed",
        "SensorsAvailable",
        "SoleController",
        "Stalled",
        "Upgrading",
        "Valid",
    ),
    *("Bound", "DaemonSet", "Deployment", "Failed", "Manual", "Running"),
}
"""Words in functions that make conditions which are a status, a type, or of Kubernetes."""

SECTION = re.compile(r"^### (\S+)\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
SECTIONS = {found[1]: found[2] for found in SECTION.finditer(Path("docs", PAGE).read_text("utf-8"))}


def test_every_reason_has_its_section_and_no_other_has() -> None:
    assert {*reasons()} == SECTIONS.keys()


@pytest.mark.parametrize("recorded", SYNCS, ids=str)
def test_reasons_in_answers_are_those_found_in_the_code(recorded: Recorded) -> None:
    told = {each["reason"] for each in recorded.expected["status"]["conditions"]}

    assert told <= {*reasons()}


@pytest.mark.parametrize("reason", SECTIONS)
def test_a_section_says_what_it_means_and_what_to_look_at(reason: str) -> None:
    text = SECTIONS[reason]

    assert text.lstrip().startswith("**Means:**")
    is_settled = "Nothing to do" in text or "](#" in text or "`Ready`" in text
    assert is_settled or ("**Look:**" in text and "kubectl " in text)


def test_a_missing_reference_points_to_its_section() -> None:
    found = conditions(answer(agent({"agent": {"keysSecret": "keys"}})))

    assert found["Ready"]["message"] == (
        f"{found['ReferencesResolved']['message']}; docs/troubleshooting.md#referencemissing"
    )


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("docs/migrate.md says how", "https://d/1/migrate.md says how"),
        (
            "a type: see docs/api.md, or docs/status.md.",
            "a type: see https://d/1/api.md, or https://d/1/status.md.",
        ),
        ("icr.io/docs/agent.md and mydocs/a.md", "icr.io/docs/agent.md and mydocs/a.md"),
        ("docs/image:1", "docs/image:1"),
    ],
)
def test_pages_in_messages_are_links(message: str, expected: str) -> None:
    condition = Condition("Valid", "False", "InvalidSpec", message)

    assert linked(condition, Facts(docs_url="https://d/1")).message == expected
    assert linked(condition, FACTS) == condition


def test_a_page_that_a_rule_names_is_a_link() -> None:
    facts = Facts(docs_url="https://d/1")
    many = {f"a{index}": "x" for index in range(257)}
    status = answer(agent({"agent": {"pod": {"annotations": many}}}), facts=facts)["status"]

    assert "(https://d/1/validation.md lists the limits)" in status["reason"]
    assert "(https://d/1/val" in conditions({"status": status})["Valid"]["message"]


def test_the_link_can_be_a_url() -> None:
    facts = Facts(docs_url="https://docs.example/1.2")
    found = conditions(answer(agent({"agent": {"keysSecret": "keys"}}), facts=facts))

    assert found["Ready"]["message"].endswith(
        "; https://docs.example/1.2/troubleshooting.md#referencemissing"
    )


def test_the_pointer_is_there_however_long_the_message() -> None:
    cause = Condition("Valid", "False", "InvalidSpec", "x" * 2 * LONGEST_MESSAGE)
    message = pointed(cause, cause, FACTS).message

    assert len(message) == LONGEST_MESSAGE
    assert message.endswith("x; docs/troubleshooting.md#invalidspec")


def _lacks_pods(workload: Obj) -> None:
    workload["status"] |= {"numberAvailable": 1, "availableReplicas": 1}


def _is_rolling(workload: Obj) -> None:
    workload["status"] |= {"updatedNumberScheduled": 1, "updatedReplicas": 1}


def _is_new(workload: Obj) -> None:
    workload["status"]["observedGeneration"] = 0


@pytest.mark.parametrize(
    ("kind", "turn", "points"),
    [
        ("DaemonSet", _lacks_pods, "#notalldesiredagentsavailable"),
        ("Deployment", _lacks_pods, "#notalldesiredk8sensorsavailable"),
        ("DaemonSet", _is_rolling, ""),
        ("Deployment", _is_rolling, ""),
        ("DaemonSet", _is_new, ""),
    ],
)
def test_a_roll_out_alone_points_nowhere(
    kind: str, turn: Callable[[Obj], None], points: str
) -> None:
    observed = stored(answer(agent()))
    turn(next(each for each in observed if each["kind"] == kind))
    ready = conditions(answer(agent(), observed=observed))["Ready"]

    assert ready["status"] == "False"
    assert ready["message"].endswith(f"{PAGE}{points}") == bool(points)
    assert (PAGE in ready["message"]) == bool(points)


def test_a_reference_not_observed_yet_points_nowhere() -> None:
    parent = agent({"agent": {"keysSecret": "keys"}})
    ready = conditions(answer(parent, unknown=["Secret.v1"]))["Ready"]

    assert ready["reason"] == "NotObservedYet"
    assert PAGE not in ready["message"]


def test_the_pointed_message_is_a_fixed_point() -> None:
    parent = agent({"agent": {"keysSecret": "keys"}})
    first = answer(parent)["status"]

    assert answer(parent | {"status": first})["status"] == first


def reasons() -> Iterator[str]:
    """Yield the reasons of all conditions in the code, found where conditions are made."""
    for path in Path("hooks").rglob("*.py"):
        text = path.read_text("utf-8")
        if "Condition" in text and "app" not in path.parts:
            module = importlib.import_module(".".join(path.with_suffix("").parts))
            yield from _reasons_in(ast.parse(text), module)


def _reasons_in(tree: ast.Module, module: ModuleType) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.Assign) and _makes_conditions(node):
            for part in _parts_of(node):
                word = _word(part, module)
                if REASON.fullmatch(word) and word not in NO_REASONS:
                    yield word


def _makes_conditions(node: ast.stmt) -> bool:
    return any(
        (isinstance(part, ast.Name) and part.id == "Condition")
        or (isinstance(part, ast.keyword) and part.arg == "reason")
        for part in ast.walk(node)
    )


def _parts_of(node: ast.FunctionDef | ast.Assign) -> Iterator[ast.AST]:
    """Yield what a function's body consists of, without its documentation and annotations."""
    for statement in node.body if isinstance(node, ast.FunctionDef) else [node]:
        yield from ast.walk(statement)


def _word(part: ast.AST, module: ModuleType) -> str:
    """Return the text that an expression stands for: itself, a constant, an error's reason."""
    found: object = None
    if isinstance(part, ast.Constant):
        found = part.value
    elif isinstance(part, ast.Name):
        found = getattr(module, part.id, None)
    elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
        found = getattr(getattr(module, part.value.id, None), part.attr, None)
    return found if isinstance(found, str) else ""


def test_the_page_names_the_sources_of_etcds_certificates() -> None:
    section = SECTIONS["SourceMissing"]

    assert f"-n {NAMESPACE} get configmap {CA_SOURCE}\n" in section
    assert f"-n {NAMESPACE} get secret {CLIENT_SOURCE}\n" in section
