"""kubectl and the API server read YAML as the table says, which the commands follow."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.tools import needs
from tests.support.yaml_table import REFUSED, TAKEN, from_json, resource, strictly

pytestmark = [needs("kubectl"), pytest.mark.usefixtures("api")]
CREATE = ("kubectl", "create", "--dry-run=server", "--output=json", "-f")


def create(file: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*CREATE, str(file)], capture_output=True, text=True, check=False)


def test_every_text_is_stored_as_the_table_says(tmp_path: Path) -> None:
    file = tmp_path / "agent.yaml"
    file.write_text(resource(*(block for block, _ in TAKEN)))
    done = create(file)

    assert done.returncode == 0, done.stderr
    stored: dict[str, Any] = from_json(done.stdout)["spec"]["agent"]["configuration"]
    found = {block: strictly(stored[str(number)]) for number, (block, _) in enumerate(TAKEN)}
    assert found == {block: strictly(value) for block, value in TAKEN}


def test_every_other_text_is_refused(tmp_path: Path) -> None:
    for number, block in enumerate(REFUSED):
        (tmp_path / f"{number}.yaml").write_text(resource(block))
    done = create(tmp_path)

    refused = {number for number in range(len(REFUSED)) if f"/{number}.yaml: " in done.stderr}
    assert [block for number, block in enumerate(REFUSED) if number not in refused] == []
    assert not done.stdout
