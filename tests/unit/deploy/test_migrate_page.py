"""What docs/migrate.md says of the installation's own objects holds for the manifests."""

import re
from pathlib import Path

from tests.support.kustomize import Obj, build, checkout, make_credentials
from tests.support.pages import block
from tests.support.tools import needs

NAME = "instana-agent-hooks"
SELECTOR = f"--selector app.kubernetes.io/name={NAME}"
NOT_TO_GO = {("Namespace", "instana-agent"), ("CustomResourceDefinition", "agents.instana.io")}


@needs("kubectl")
@needs("openssl")
def test_back_leaves_the_namespace_and_the_definition_only(tmp_path: Path) -> None:
    place = checkout(tmp_path / "checkout")
    make_credentials(place, "self-signed")
    first = block("migrate.md", "sh", "delete compositecontroller")
    last = block("migrate.md", "sh", SELECTOR)

    left = {
        (each["kind"], each["metadata"]["name"])
        for each in build(place / "deploy/overlays/self-signed")
        if not _is_named(each, first + last) and not _is_selected(each, last)
    }

    assert left == NOT_TO_GO


def _is_named(obj: Obj, commands: str) -> bool:
    line = rf"delete {obj['kind'].lower()}s? .*\b{re.escape(obj['metadata']['name'])}\b"
    return bool(re.search(line, commands))


def _is_selected(obj: Obj, commands: str) -> bool:
    by_label = [each for each in re.split(r"(?=kubectl)", commands) if SELECTOR in each]
    plural = obj["kind"].lower().removesuffix("y") + ("ies" if obj["kind"].endswith("y") else "s")
    is_ours = obj["metadata"].get("labels", {}).get("app.kubernetes.io/name") == NAME
    return is_ours and any(re.search(rf"\b{plural}\b", each) for each in by_label)
