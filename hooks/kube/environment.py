"""Environment variables of a container: built by name, so that no name occurs twice."""

from collections.abc import Mapping

from hooks.kube.objects import Obj


def plain(variables: Mapping[str, str]) -> dict[str, Obj]:
    """Return plain variables by name; the API server stores no empty value."""
    return {
        name: {"name": name, "value": value} if value else {"name": name}
        for name, value in variables.items()
    }


def given(**variables: str) -> dict[str, Obj]:
    """Return those plain variables that have a value."""
    return plain({name: value for name, value in variables.items() if value})


def from_field(name: str, path: str) -> dict[str, Obj]:
    """Return a variable whose value is a field of the pod."""
    reference = {"fieldRef": {"apiVersion": "v1", "fieldPath": path}}
    return {name: {"name": name, "valueFrom": reference}}


def from_reference(name: str, reference: Obj) -> dict[str, Obj]:
    """Return a variable with the given `valueFrom`."""
    return {name: {"name": name, "valueFrom": reference}}


def in_order(variables: Mapping[str, Obj]) -> list[Obj]:
    """Return `env`, sorted by name as in the Go operator."""
    return [variables[name] for name in sorted(variables)]
