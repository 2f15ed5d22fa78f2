"""The commands that people use: what `--help` and shells say of them without loading them.

Commands that are missing here are for the chart's jobs and for `make`; `--help` does not list them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Entry:
    """A command: what it does, in a few words, and the arguments of an example."""

    about: str
    example: str


CATALOGUE: Final[Mapping[str, Mapping[str, Entry]]] = {
    "Before a change": {
        "validate": Entry("Check resources and values in files and folders.", "agent.yaml"),
        "render": Entry("Print the objects that a resource leads to.", "--redact agent.yaml"),
        "diff": Entry("Print what a sync would change.", "agent.yaml cluster.yaml"),
        "preview": Entry("Print what a proposal changes, for a review.", "origin/main HEAD"),
        "explain": Entry(
            "Print where values of children come from.", "DaemonSet/instana-agent:spec agent.yaml"
        ),
        "rollout": Entry(
            "Print which pods a sync would replace, and how long it takes.",
            "agent.yaml cluster.yaml nodes.json pods.json",
        ),
        "placement": Entry("Print which nodes get an agent.", "agent.yaml nodes.json pods.json"),
        "images": Entry("Print every image, to mirror them.", "--with-installation agent.yaml"),
        "schema": Entry("Print the JSON schema of the resource, for editors.", ""),
        "test": Entry("Compare responses with those you expect.", "tests/instana"),
    },
    "In an incident": {
        "support-bundle": Entry("Collect what support needs in one file.", "instana-agent"),
        "replay": Entry("Repeat recorded calls of the service.", "recording.json"),
        "record": Entry("Print a recording without secret values.", "request.json"),
    },
    "Moving over from an operator, a Helm release or manifests": {
        "takeover": Entry("Take over running agents in place.", "plan"),
    },
    "The service": {
        "serve": Entry("Answer the hooks of Metacontroller.", ""),
        "demo": Entry("Start the service here, and show a response.", "--once request.json"),
    },
    "The shell": {
        "completion": Entry("Print the script that completes commands.", "bash"),
    },
}
"""The commands in the order of `--help`, in groups by what you want to do."""

ENTRIES: Final = {name: entry for group in CATALOGUE.values() for name, entry in group.items()}
WIDTH: Final = max(map(len, ENTRIES))
