"""Parts of manifests: which text they are."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from hooks.generate.chart.files import SOURCES
from hooks.generate.chart.parts import NoSuchPart, Part, text_of, text_of_patches

MANIFEST = """\
# About the file.
---
# About both of them.
kind: Role
metadata:
  name: first
rules:
  # About the rule.
  # It has two lines.
  - resources: [pods]   # At the end.
    verbs: [get]
  - resources:
      - nodes
    text: >-
      in two

      lines
    verbs: [list]
---
kind: Binding
metadata: {name: first}
subjects:
- name: one
  # About the kind.
  kind: User
- name: two
"""


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (
            Part("Binding/*", "/metadata"),
            "metadata: {name: first}\n",
        ),
        (
            Part("Role/first", "/*", ("rules",)),
            "# About both of them.\nkind: Role\nmetadata:\n  name: first\n",
        ),
        (
            Part("Role/*", "/rules/0"),
            (
                "# About the rule.\n# It has two lines.\n- resources: [pods]   # At the end.\n"
                "  verbs: [get]\n"
            ),
        ),
        (
            Part("Role/*", "/rules/*", ("0",)),
            "- resources:\n    - nodes\n  text: >-\n    in two\n\n    lines\n  verbs: [list]\n",
        ),
        (
            Part("Role/*", "/rules/1/text"),
            "text: >-\n  in two\n\n  lines\n",
        ),
        (
            Part("Role/*", "/rules/1/*", ("text", "verbs")),
            "resources:\n  - nodes\n",
        ),
        (
            Part("Binding/*", "/subjects/one/*"),
            "name: one\n# About the kind.\nkind: User\n",
        ),
        (
            Part("Binding/*", "/subjects/two"),
            "- name: two\n",
        ),
    ],
)
def test_text_is_that_of_the_manifest(part: Part, text: str) -> None:
    assert text_of(MANIFEST, part) == text


def test_objects_that_match_are_documents() -> None:
    documents = MANIFEST.removeprefix("# About the file.\n---\n")

    assert text_of(MANIFEST, Part()) == documents
    assert text_of(MANIFEST, Part("*/first")) == documents
    assert text_of(MANIFEST, Part("Role/*")) == documents.partition("---\n")[0]


@pytest.mark.parametrize(
    ("part", "missing"),
    [
        (Part("Role/second"), "Role/second"),
        (Part("*/first", "/metadata"), r"\*/first"),
        (Part("Role/*", "/spec"), "/spec"),
        (Part("Role/*", "/spec/replicas"), "spec"),
        (Part("Role/*", "/kind/a/b"), "a"),
        (Part("Role/*", "/rules/2"), "/rules/2"),
        (Part("Role/*", "/rules/0/verbs/0"), "/rules/0/verbs/0"),
        (Part("Role/*", "/kind/*"), "/kind/"),
    ],
)
def test_what_is_not_there_is_a_mistake(part: Part, missing: str) -> None:
    with pytest.raises(NoSuchPart, match=f"^{missing}"):
        text_of(MANIFEST, part)


MANIFESTS = [
    each
    for each in SOURCES
    if each.startswith(
        ("deploy/base/", "deploy/components/", "deploy/overlays/", "metacontroller/")
    )
    and Path(each).suffix == ".yaml"
    and Path(each).stem not in {"kustomization", "alerts"}
]
"""Those that are short: each part is looked for."""

NOT_IN_BLOCK_STYLE = "not in block style"


@pytest.mark.parametrize("file", MANIFESTS)
def test_text_of_every_part_means_the_same(file: str) -> None:
    manifest = Path(file).read_text()
    every = [
        (Part(f"{document['kind']}/{document['metadata']['name']}", path), value)
        for document in yaml.safe_load_all(manifest)
        for path, value in parts(document, "")
    ]

    found = [(part, meaning(manifest, part)) for part, _ in every]
    assert found
    assert [each for each in found if each not in every and each[1] != NOT_IN_BLOCK_STYLE] == []


def meaning(manifest: str, part: Part) -> Any:
    """Return the value of an entry or item that the text of a part is."""
    try:
        (value,) = values(yaml.safe_load(text_of(manifest, part)))
    except NoSuchPart:
        return NOT_IN_BLOCK_STYLE
    return value


def values(found: Any) -> list[Any]:
    return [*found.values()] if isinstance(found, dict) else found


def parts(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield path and value of each part of a value."""
    entries = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else ()
    named = ((each.get("name", i) if isinstance(each, dict) else i, each) for i, each in items)
    for name, each in [*entries, *named]:
        if "/" not in str(name):
            yield f"{path}/{name}", each
            yield from parts(each, f"{path}/{name}")


KUSTOMIZATION = """\
patches:
  - path: file.yaml
  - target: {kind: Role, name: first}
    patch: |
      # About the rule.
      - op: add
        path: /rules/-
        value: {resources: [pods]}
      - op: add
        path: /rules/-
        value:
          resources:
            - nodes
          text: >-
            in two
            lines
      # About the rest.
      - op: replace
        path: /metadata/annotations
        value: {a: b}
  - target: {kind: Role, name: second}
    patch: |
      - op: replace
        path: /metadata/labels
        value:
          c: d
      - op: add
        path: /rules/-
        value: {resources: [secrets]}
  - target: {labelSelector: c}
    patch: |
      - {op: add, path: /spec/replicas, value: 2}
"""


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (
            Part("Role/first", "/rules/-"),
            "- {resources: [pods]}\n- resources:\n    - nodes\n  text: >-\n    in two\n    lines\n",
        ),
        (Part("Role/second", "/rules/-"), "- {resources: [secrets]}\n"),
        (Part("Role/*", "/metadata/annotations"), "annotations: {a: b}\n"),
        (Part("Role/*", "/metadata/labels"), "labels:\n  c: d\n"),
    ],
)
def test_text_is_what_the_patches_write(part: Part, text: str) -> None:
    assert text_of_patches(KUSTOMIZATION, part) == text


def test_patches_of_all_objects_follow_each_other() -> None:
    text = text_of_patches(KUSTOMIZATION, Part(path="/rules/-"))

    assert text.count("- ") == 4
    assert text.endswith("- {resources: [secrets]}\n")


@pytest.mark.parametrize(
    "part",
    [
        Part("Role/third", "/rules/-"),
        Part("Role/first", "/rules"),
        Part(path="/spec/replicas"),  # Not in block style.
    ],
)
def test_what_no_patch_writes_is_a_mistake(part: Part) -> None:
    with pytest.raises(NoSuchPart, match=part.path):
        text_of_patches(KUSTOMIZATION, part)
