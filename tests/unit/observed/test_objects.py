from hooks.observed import Lookup, ObservedObjects, Presence
from tests.support.resources import obj

FIRST, SECOND = obj("Secret", "a"), obj("Secret", "b")
ALONE = obj("Namespace", "n", "")
OBJECTS = ObservedObjects(
    {
        "Secret.v1": {"instana-agent/b": SECOND, "instana-agent/a": FIRST},
        "Namespace.v1": {"n": ALONE},
        "ConfigMap.v1": {},
    }
)


def test_an_object_is_found_by_kind_namespace_and_name() -> None:
    assert OBJECTS.look_up("Secret.v1", "instana-agent", "a") == Lookup(Presence.FOUND, FIRST)


def test_an_object_of_no_namespace_is_found_by_its_name() -> None:
    assert OBJECTS.get("Namespace.v1", "", "n") == ALONE


def test_an_object_that_is_not_there_is_missing() -> None:
    assert OBJECTS.look_up("Secret.v1", "elsewhere", "a").presence is Presence.MISSING


def test_an_object_of_a_kind_that_was_not_asked_for_is_unknown() -> None:
    assert OBJECTS.look_up("Service.v1", "instana-agent", "a").presence is Presence.UNKNOWN
    assert OBJECTS.get("Service.v1", "instana-agent", "a") is None


def test_a_kind_that_was_asked_for_is_known_even_with_no_object() -> None:
    assert OBJECTS.knows("ConfigMap.v1")
    assert not OBJECTS.knows("Service.v1")


def test_objects_are_in_order() -> None:
    assert OBJECTS.all_of("Secret.v1") == [FIRST, SECOND]
    assert list(OBJECTS) == [ALONE, FIRST, SECOND]
