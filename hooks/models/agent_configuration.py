"""`spec.agent.configuration`: the agent's configuration.yaml as an object."""

from functools import cached_property

from pydantic import ConfigDict, Field

from hooks.kube.plain_yaml import canonical_yaml
from hooks.models.base import SpecModel

OF_CHART = "Rejected: a value of the chart 1.x, not of the agent's configuration."


class Configuration(SpecModel):
    """What the agent's configuration.yaml says; its fields are the agent's own."""

    model_config = ConfigDict(extra="allow")

    auto_mount_config_entries: bool | None = Field(default=None, description=OF_CHART)
    hotreload_enabled: bool | None = Field(default=None, description=OF_CHART)

    @cached_property
    def text(self) -> str:
        """Return the object as YAML, in its canonical form; empty if the object is empty."""
        return canonical_yaml(self.model_extra) if self.model_extra else ""
