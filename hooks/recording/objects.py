"""Objects with numbers in the place of secret values: all that a request or a response holds."""

import json
from collections.abc import Iterable
from typing import Any, Final

import orjson

from hooks.kube.objects import Obj, as_object
from hooks.recording.entries import Masked
from hooks.recording.places import CREDENTIALS, IN_BASE64, is_agent
from hooks.recording.public import CONFIG_MAP, FREE_TEXTS, SECRET, TEXT_LISTS, Public
from hooks.recording.words import Words
from hooks.recording.yaml_texts import masked_configuration, masked_yaml

OF_SECRETS: Final = "Secret."
"""What the kinds of Secrets begin with in a request."""
DATA: Final = ("data", "stringData", "binaryData")
LAST_APPLIED: Final = "last-applied-configuration"
KNOWN_DOMAINS: Final = ("instana.io", "kubernetes.io", "k8s.io", "openshift.io")
"""Whose annotations say nothing that a user keeps secret."""
FORMER_CHECKSUM: Final = "checksum/backend"
DIRECTIVES: Final = frozenset({"delete", "merge", "replace", "Delete", "retainKeys"})
IDENTITY: Final = frozenset({"name", "namespace"})
AS_THEY_ARE: Final = frozenset({"managedFields", "fieldsV1"})
"""They name fields, and hold no value."""


class Objects:
    """Replaces the secret values in the objects of one recording."""

    def __init__(self, words: Words, public: Public) -> None:
        """Take what replaces values in texts, and what may stay."""
        self._words = words
        self._public = public
        self._entries = Masked(words, public)

    def masked(self, value: Any) -> Any:
        """Return any part of a request or of a response."""
        if isinstance(value, str):
            return self._words.text(value)
        if isinstance(value, list):
            return [*map(self.masked, value)]
        return self._object(value) if isinstance(value, dict) else value

    def _object(self, obj: Obj) -> Obj:
        if obj.get("kind") == SECRET:
            return self._secret_object(obj)
        if obj.get("kind") == CONFIG_MAP:
            return self._config_map(obj)
        if is_agent(obj):
            return self._agent(obj)
        return {name: self._field(name, value) for name, value in obj.items()}

    def _field(self, name: str, value: Any) -> Any:
        if name in AS_THEY_ARE:
            return value
        if name == "annotations":
            return self._annotations(value)
        if name == "httpHeaders" or name in FREE_TEXTS:
            return self._leaves_but_names(value)
        if name == "env" or name in TEXT_LISTS:
            replace = self._variable if name == "env" else self._argument
            items = isinstance(value, list)
            return [*map(replace, value)] if items else self._words.numbers.leaf(value)
        return self._map(name, value) if isinstance(value, dict) else self.masked(value)

    def _map(self, name: str, value: Obj) -> Any:
        if name.startswith(OF_SECRETS):
            return {key: self._secret(each) for key, each in value.items()}
        if name == "terminated" and "message" in value:
            # The last lines of what a container wrote.
            value = value | {"message": self._words.numbers.leaf(value["message"])}
        return self.masked(value)

    def _secret(self, secret: Any) -> Any:
        is_object = isinstance(secret, dict)
        return self._secret_object(secret) if is_object else self._words.numbers.leaf(secret)

    def _secret_object(self, secret: Obj) -> Obj:
        return {name: self._of_secret(name, value) for name, value in secret.items()}

    def _of_secret(self, name: str, value: Any) -> Any:
        if name == "stringData" and isinstance(value, dict):
            return {
                entry: self._entries.entry(entry, text)
                if isinstance(text, str)
                else self._words.numbers.leaf(text)
                for entry, text in value.items()
            }
        if name in DATA:
            is_map = isinstance(value, dict)
            return self._entries.data(value) if is_map else self._words.numbers.leaf(value)
        return self._field(name, value)

    def _config_map(self, config_map: Obj) -> Obj:
        """Return a ConfigMap; of those that the service does not make, without the values."""
        found = {name: self._field(name, value) for name, value in config_map.items()}
        for name in DATA:
            entries = as_object(config_map.get(name))
            if entries:
                found[name] = {entry: self._public_text(text) for entry, text in entries.items()}
        return found

    def _public_text(self, value: Any) -> Any:
        is_public = isinstance(value, str) and value in self._public.config_maps
        return self._words.text(value) if is_public else self._words.numbers.leaf(value)

    def _annotations(self, annotations: Any) -> Any:
        if not isinstance(annotations, dict):
            return self._words.numbers.leaf(annotations)
        return {name: self._annotation(name, value) for name, value in annotations.items()}

    def _annotation(self, name: str, value: Any) -> Any:
        if not isinstance(value, str):
            return self._words.numbers.leaf(value)
        if name.endswith(LAST_APPLIED):
            return self._last_applied(value)
        domain = name.partition("/")[0] if "/" in name else ""
        # What Kubernetes itself writes for DaemonSets has no domain of its own.
        is_known = domain.endswith(KNOWN_DOMAINS) or name.startswith("deprecated.daemonset.")
        if is_known or name == FORMER_CHECKSUM:
            return self._words.text(value)
        return self._words.value(value)

    def _last_applied(self, value: str) -> str:
        """Return what somebody applied, an object as JSON; a resource's may have anything."""
        try:
            applied = orjson.loads(value)
        except orjson.JSONDecodeError:
            return self._words.value(value)
        if not isinstance(applied, dict) or is_agent(applied):
            return self._words.value(value)
        return json.dumps(self.masked(applied), separators=(",", ":"), ensure_ascii=False)

    def _variable(self, variable: Any) -> Any:
        if not isinstance(variable, dict):
            return self._words.numbers.leaf(variable)
        if "value" not in variable:
            return self.masked(variable)
        name, value = variable.get("name"), variable["value"]
        found = {field: self._field(field, part) for field, part in variable.items()}
        is_public = isinstance(value, str) and self._public.is_public_variable(str(name), value)
        return found | {
            "value": self._of_service(value) if is_public else self._words.numbers.leaf(value)
        }

    def _of_service(self, value: str) -> str:
        """Return a value that the service makes, perhaps of a user's, as `NO_PROXY` is."""
        for text in self._public.user_texts:
            value = value.replace(text, self._words.value(text)) if text in value else value
        return self._words.text(value)

    def _argument(self, argument: Any) -> Any:
        """Return an argument: the name of an option stays, its value only if it is ours."""
        if not isinstance(argument, str):
            return self._words.numbers.leaf(argument)
        if argument in self._public.args:
            return self._words.text(argument)
        name, equals, value = argument.partition("=")
        if not name.startswith("-"):
            return self._words.value(argument)
        return f"{name}{equals}{self._words.value(value)}" if equals else argument

    def _leaves_but_names(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._leaves_but_names(item) for item in value]
        if not isinstance(value, dict):
            return self._words.numbers.leaf(value)
        return {name: self._leaf_but_name(name, part) for name, part in value.items()}

    def _leaf_but_name(self, name: str, value: Any) -> Any:
        return value if name == "name" else self._words.numbers.leaf(value)

    def _agent(self, agent: Obj) -> Obj:
        spec = agent.get("spec")
        found = {name: self._field(name, part) for name, part in agent.items() if name != "spec"}
        if "spec" not in agent:
            return found
        if not isinstance(spec, dict):
            return found | {"spec": self._words.numbers.leaf(spec)}
        masked = {name: self._of_spec(name, part) for name, part in spec.items()}
        return {name: masked if name == "spec" else found[name] for name in agent}

    def _of_spec(self, name: str, value: Any) -> Any:
        if name == "agent":
            is_map = isinstance(value, dict)
            return self._agent_fields(value) if is_map else self._words.numbers.leaf(value)
        return self._override(value) if name == "overrides" else self._field(name, value)

    def _agent_fields(self, agent: Obj) -> Obj:
        return {name: self._agent_field(name, value) for name, value in agent.items()}

    def _agent_field(self, name: str, value: Any) -> Any:
        numbers = self._words.numbers
        if name in CREDENTIALS:
            return numbers.leaf(value)
        if name == "configuration":
            return masked_configuration(numbers, value)
        if name == "configuration_yaml":
            return masked_yaml(numbers, value) if isinstance(value, str) else numbers.leaf(value)
        if name == "tls":
            return self._fields(value, IN_BASE64, self._entries.base64)
        if name == "additionalBackends" and isinstance(value, list):
            return [self._fields(item, frozenset({"key"}), numbers.leaf) for item in value]
        return self._field(name, value)

    def _fields(self, value: Any, names: Iterable[str], replace: Any) -> Any:
        """Return an object, in which fields of these names are replaced."""
        if not isinstance(value, dict):
            return self._words.numbers.leaf(value)
        return {
            name: replace(part) if name in names else self._field(name, part)
            for name, part in value.items()
        }

    def _override(self, value: Any) -> Any:
        """Return a patch, in which directives are the only texts with a `$` before their name."""
        if isinstance(value, list):
            return [self._override(item) for item in value]
        if not isinstance(value, dict):
            return self.masked(value)
        return {name: self._of_override(name, part) for name, part in value.items()}

    def _of_override(self, name: str, value: Any) -> Any:
        if name.startswith("$"):
            return value if value in DIRECTIVES else self._words.numbers.leaf(value)
        if name in {"annotations", "env", "httpHeaders", *TEXT_LISTS, *FREE_TEXTS}:
            return self._field(name, value)
        if name == "metadata" and isinstance(value, dict):
            return self._metadata(value)
        return self._override(value)

    def _metadata(self, patch: Obj) -> Obj:
        """Return a patch of metadata; no patch may name an object, so a name may be anything."""
        return {
            name: self._words.numbers.leaf(part)
            if name in IDENTITY
            else self._of_override(name, part)
            for name, part in patch.items()
        }
