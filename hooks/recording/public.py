"""What the service itself would write for a resource that has no children yet: no secrets of users.

What is observed may have been anybody's: the variable of a container that the resource no longer
has. So only what the service would write again may stay as it is in a recording.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from hooks.desired.agent.config_secret import BACKEND_FILES
from hooks.desired.inputs.credentials import HTTPS_PROXY
from hooks.desired.inputs.memory import ETCD_TARGETS
from hooks.kube.encoding import as_pods_read_it
from hooks.kube.objects import Obj, as_object, as_objects

ZONE: Final = "INSTANA_ZONE"
TARGETS: Final = re.compile(r"https?://[^\s@,?#]+(,https?://[^\s@,?#]+)*")
"""Addresses of etcd, which the service remembers by the k8sensor that has them."""
SHORTEST_REPEATED: Final = 4
SECRET, CONFIG_MAP = "Secret", "ConfigMap"
TEXT_LISTS: Final = ("args", "command")
PUBLIC_PROPERTIES: Final = frozenset(
    {"host", "port", "protocol", "proxy.type", "proxy.host", "proxy.port", "proxy.dns"}
)
"""Lines in the file of a backend that hold no credential."""
PUBLIC_FILES: Final = frozenset(
    {
        "cluster_name",
        "configuration-disable-kubernetes-sensor.yaml",
        "configuration-opentelemetry.yaml",
        "configuration-prometheus-remote-write.yaml",
    }
)
"""Entries of the Secret with configuration files that hold no credential."""
FREE_TEXTS: Final = frozenset({"volumeAttributes", "nodePublishSecretRef", "options"})
"""Parts of volumes in which drivers take whatever they like."""
FREE: Final = FREE_TEXTS | {"env", "args", "command", "annotations", "httpHeaders"}
"""Parts of a child that may repeat what a user wrote."""


@dataclass(frozen=True)
class Public:
    """What may stay in a recording: by the children that are made of the resource alone."""

    children: tuple[Obj, ...] = ()
    requests: tuple[Obj, ...] = ()
    settings: frozenset[str] = frozenset()
    """Names of variables that hold no secret, whatever their value."""

    @cached_property
    def _specs(self) -> list[Obj]:
        return [
            as_object(as_object(request.get("parent")).get("spec")) for request in self.requests
        ]

    @cached_property
    def _user_variables(self) -> frozenset[tuple[str, Any]]:
        """Return the variables that the resource sets, with their values."""
        maps = [as_object(as_object(spec.get("agent")).get("env")) for spec in self._specs]
        pairs = (pair for variables in maps for pair in variables.items())
        texts = {(name, value) for name, value in pairs if isinstance(value, str)}
        return frozenset(texts | {*_variables(self._specs)})

    @cached_property
    def names_of_service(self) -> frozenset[str]:
        """Return the names of the variables that only the service sets."""
        names = {name for name, _ in self.variables}
        return frozenset(names - {name for name, _ in self._user_variables})

    @cached_property
    def user_texts(self) -> tuple[str, ...]:
        """Return the values of the resource's variables that another variable may repeat."""
        texts = {text for _, text in self._user_variables if len(text) >= SHORTEST_REPEATED}
        return tuple(sorted(texts, key=len, reverse=True))

    @cached_property
    def user_args(self) -> frozenset[str]:
        """Return the arguments that overrides set."""
        return frozenset(_args(self._specs))

    def is_public_variable(self, name: str, value: str) -> bool:
        """Return whether the service sets a variable by itself, or did for a former resource."""
        if name in self.settings:
            return True
        if (name, value) in self.variables:
            return True
        if (name, value) in self._user_variables:
            return False
        is_zone = name == ZONE and value in self._label_values
        return is_zone or (name == ETCD_TARGETS and TARGETS.fullmatch(value) is not None)

    @cached_property
    def variables(self) -> frozenset[tuple[str, str]]:
        """Return the variables with their values that the service sets by itself."""
        found = (pair for child in self.children for pair in _variables(child))
        return frozenset(found) - self._user_variables

    @cached_property
    def _label_values(self) -> frozenset[str]:
        children = [request.get("children") for request in self.requests]
        labels = _named(children, ("labels",))
        return frozenset(
            value
            for label in labels
            for value in as_object(label).values()
            if isinstance(value, str)
        )

    @cached_property
    def args(self) -> frozenset[str]:
        """Return the arguments that the service sets by itself."""
        return frozenset(_args(list(self.children))) - self.user_args

    @cached_property
    def config_maps(self) -> frozenset[str]:
        """Return the entries of the ConfigMaps that the service makes."""
        maps = (child for child in self.children if child.get("kind") == CONFIG_MAP)
        return frozenset(
            text for config_map in maps for text in as_object(config_map.get("data")).values()
        )

    @cached_property
    def files(self) -> Mapping[str, str]:
        """Return the entries of Secrets that the service makes, decoded."""
        secrets = [child for child in self.children if child.get("kind") == SECRET]
        return {
            name: as_pods_read_it(secret, name)
            for secret in secrets
            for name in as_object(secret.get("data"))
        }

    def is_public_file(self, name: str, text: str) -> bool:
        """Return whether an entry of a Secret has no credential, and the service would write it."""
        is_free_of_logins = name in PUBLIC_FILES or (name == HTTPS_PROXY and "@" not in text)
        return is_free_of_logins and self.files.get(name) == text

    @cached_property
    def properties(self) -> frozenset[str]:
        """Return the lines of the backends' files without credentials."""
        files = (text for name, text in self.files.items() if name.startswith(BACKEND_FILES))
        lines = (line for text in files for line in text.splitlines())
        return frozenset(line for line in lines if line.partition("=")[0] in PUBLIC_PROPERTIES)

    @cached_property
    def proxy(self) -> str:
        """Return the address of the proxy in its URL, without a login."""
        return without_login(self.files.get(HTTPS_PROXY, ""))

    @cached_property
    def structure(self) -> str:
        """Return all texts of the children in which no user's text is, one per line."""
        children = (child for child in self.children if child.get("kind") != SECRET)
        return "\n".join(text for child in children for text in _structure(child))


def without_login(url: str) -> str:
    """Return a URL without what stands before its @."""
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"


def _variables(part: Any) -> Iterator[tuple[str, str]]:
    for env in _named(part, ("env",)):
        for variable in as_objects(env):
            name, value = variable.get("name"), variable.get("value", "")
            if isinstance(name, str) and isinstance(value, str):
                yield name, value


def _args(part: Any) -> Iterator[str]:
    for items in _named(part, TEXT_LISTS):
        yield from (item for item in _items(items) if isinstance(item, str))


def _items(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else ()


def _named(part: Any, names: tuple[str, ...]) -> Iterator[Any]:
    """Yield the parts with one of the names, wherever they are."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name in names:
                yield value
            yield from _named(value, names)
    elif isinstance(part, list):
        for item in part:
            yield from _named(item, names)


def _structure(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for name, value in part.items():
            yield name
            yield from () if name in FREE else _structure(value)
    elif isinstance(part, list):
        for item in part:
            yield from _structure(item)
