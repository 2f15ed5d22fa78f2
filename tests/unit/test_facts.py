import pytest

from hooks import __version__
from hooks.facts import Facts, TakeOver, UnknownFact, parse_flag, parse_names


def test_the_version_is_that_of_the_service() -> None:
    assert Facts().operator_version == __version__


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("openshift", "true", Facts(openshift=True)),
        ("agentNamespaces", "b, a", Facts(agent_namespaces=("a", "b"))),
        ("operatorVersion", "1.2.3", Facts(operator_version="1.2.3")),
        ("fieldManager", "mine", Facts(field_manager="mine")),
        ("takeOver", "Update", Facts(take_over=TakeOver.UPDATE)),
        ("takeOver", " keep ", Facts()),
        ("kubernetesVersion", " v1.35.1 ", Facts(kubernetes_version="v1.35.1")),
        ("namespaceDetails", "b, a", Facts(namespace_details=("a", "b"))),
        ("installationSecrets", "b, a", Facts(installation_secrets=("a", "b"))),
        ("nodeZones", "true", Facts(node_zones=True)),
        ("podStatus", "true", Facts(pod_status=True)),
        ("release", "_1.2.3-rc.1", Facts(release="_1.2.3-rc.1")),
    ],
)
def test_every_fact_can_be_given_as_text(name: str, text: str, expected: Facts) -> None:
    assert Facts().updated({name: text}) == expected


def test_nothing_given_changes_nothing() -> None:
    assert Facts(openshift=True).updated({}) == Facts(openshift=True)


def test_an_unknown_fact_is_refused_with_the_known_ones() -> None:
    with pytest.raises(
        UnknownFact, match="use one of agentNamespaces, docsUrl, etcdCopyNamespaces"
    ):
        Facts().updated({"moon": "full"})


@pytest.mark.parametrize(
    ("text", "flag"), [("true", True), ("False", False), (" TRUE ", True), ("false", False)]
)
def test_a_flag_is_true_or_false(text: str, flag: bool) -> None:  # noqa: FBT001
    assert parse_flag(text) is flag


@pytest.mark.parametrize("text", ["", "1", "yes", "on"])
def test_a_flag_is_nothing_else(text: str) -> None:
    with pytest.raises(UnknownFact) as caught:
        Facts().updated({"openshift": text})

    assert str(caught.value) == "openshift must be true or false"


@pytest.mark.parametrize("text", ["", "1", "latest", "1.x", "v1.", "1.35 ; x"])
def test_a_version_of_kubernetes_has_two_numbers(text: str) -> None:
    with pytest.raises(UnknownFact) as caught:
        Facts().updated({"kubernetesVersion": text})

    assert str(caught.value) == "kubernetesVersion must be a version such as 1.35 or v1.35.2"


@pytest.mark.parametrize(
    ("version", "copies"),
    [
        ("", False),
        ("1.9", False),
        ("v1.34.7", False),
        ("1.35", True),
        ("1.100", True),
        ("2.0", True),
    ],
)
def test_zones_are_copied_to_pods_from_one_version_on(version: str, copies: bool) -> None:  # noqa: FBT001
    assert Facts(kubernetes_version=version).copies_zones is copies


def test_a_take_over_keeps_or_updates_and_nothing_else() -> None:
    with pytest.raises(UnknownFact) as caught:
        Facts().updated({"takeOver": "Never"})

    assert str(caught.value) == "takeOver must be Keep or Update"


@pytest.mark.parametrize(
    ("text", "names"), [("a", ("a",)), (" b ,a,, b", ("a", "b")), ("", ()), (",", ())]
)
def test_names_are_sorted_and_stand_once(text: str, names: tuple[str, ...]) -> None:
    assert parse_names(text) == names


@pytest.mark.parametrize(
    ("namespaces", "may"), [(("a",), True), (("*",), True), (("b", "c"), False), ((), False)]
)
def test_cluster_rights_go_by_the_namespace(namespaces: tuple[str, ...], may: bool) -> None:  # noqa: FBT001
    assert Facts(agent_namespaces=namespaces).may_have_cluster_rights("a") is may
