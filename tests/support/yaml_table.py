"""What kubectl makes of some hundred texts of YAML: `tests/fixtures/yaml/read.json`.

`tests/cluster/test_yaml_reading.py` compares it with kubectl itself. Numbers beyond 64 bits are
floats there, as for the API server.
"""

import json
from pathlib import Path
from typing import Any

from hooks.kube.yaml_scalars import as_json

FILE = Path("tests/fixtures/yaml/read.json")
FIELD = "value"


def from_json(text: str) -> Any:
    """Return what a text of JSON is for the API server."""
    return json.loads(text, parse_int=lambda digits: as_json(int(digits)))


TABLE: dict[str, list[Any]] = from_json(FILE.read_text())

TAKEN: list[tuple[str, Any]] = [
    *((f"{FIELD}: {written}", {FIELD: value}) for written, value in TABLE["values"]),
    *((written, value) for written, value in TABLE["objects"]),
]
"""Blocks of YAML, and the JSON of each."""
REFUSED: list[str] = [
    *(f"{FIELD}: {written}" for written in TABLE["no values"]),
    *TABLE["no objects"],
]

HEAD = """\
apiVersion: instana.io/v1
kind: InstanaAgent
metadata: {name: yaml, namespace: instana-agent}
spec:
  cluster: {name: yaml}
  agent:
    key: example
    endpointHost: backend.example
    endpointPort: "443"
    configuration:
"""
INDENT = " " * 8


def resource(*blocks: str) -> str:
    """Return a resource in whose configuration the blocks stand, by their numbers."""
    return HEAD + "".join(
        f"      '{number}':\n{_indented(text)}\n" for number, text in enumerate(blocks)
    )


def _indented(block: str) -> str:
    return "\n".join(INDENT + line if line else "" for line in block.split("\n"))


def strictly(value: Any) -> str:
    """Return a text that is the same for the same JSON: 1 is neither true nor 1.0."""
    return json.dumps(value, sort_keys=True)
