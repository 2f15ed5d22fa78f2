"""The list of labelled Namespaces as a whole object."""

import pytest
import yaml

from hooks.desired import build_context
from hooks.desired.agent.namespaces_configmap import namespaces_configmap
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.observed import ObservedObjects
from hooks.rules import parse_agent
from tests.support.hook import FACTS, by_kind
from tests.support.resources import agent, namespace, obj

NAME = "instana-agent-namespaces"


def made(
    *namespaces: Obj, observed: tuple[Obj, ...] = (), known: bool = True, facts: Facts = FACTS
) -> list[Obj]:
    """Return what is made for these Namespaces, beside observed children."""
    related = ObservedObjects(by_kind(namespaces, ["Namespace.v1"] if known else []))
    children = ObservedObjects(by_kind(observed, ["ConfigMap.v1"]))
    return namespaces_configmap(build_context(parse_agent(agent()), children, related, facts))


def test_namespaces_are_listed_by_name_whatever_their_order() -> None:
    (found,) = made(namespace("shop", "true"), namespace("other"), namespace("bank", "false"))

    assert (found["apiVersion"], found["kind"]) == ("v1", "ConfigMap")
    assert found["metadata"]["name"] == NAME
    assert found["data"] == {
        "namespaces.yaml": (
            "version: 1\nnamespaces:\n"
            '    bank:\n        labels:\n            instana-workload-monitoring: "false"\n'
            '    shop:\n        labels:\n            instana-workload-monitoring: "true"\n'
        )
    }


def test_names_that_yaml_takes_for_something_else_are_quoted() -> None:
    words = sorted(["true", "false", "null", "yes", "no", "on", "off", "y", "n", "1e3", "0x1f"])
    (found,) = made(*(namespace(word, "true") for word in words))
    text = found["data"]["namespaces.yaml"]

    assert [*yaml.safe_load(text)["namespaces"]] == words
    assert [word for word in words if f'    "{word}":\n' not in text] == []


@pytest.mark.parametrize("allowed", ["bank", "instana-agent", "*"])
def test_an_installation_may_let_them_know_of_their_own_one_only(allowed: str) -> None:
    facts = Facts().updated({"namespaceDetails": allowed})
    (found,) = made(namespace("bank", "true"), namespace("instana-agent", "false"), facts=facts)
    told = yaml.safe_load(found["data"]["namespaces.yaml"])["namespaces"]

    assert told.keys() == {"instana-agent"} | (set() if allowed == "bank" else {"bank"})


def test_while_they_are_not_known_the_observed_list_stays() -> None:
    before = obj("ConfigMap", NAME, data={"namespaces.yaml": "as it was"})
    (found,) = made(observed=(before,), known=False)

    assert found["data"] == before["data"]
    assert made(known=False) == []
