"""The Makefile hands on what its caller sets."""

import os
import subprocess
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[3]
# Variables of hack/cluster/up that a user sets before `make cluster-up` or gives as an argument.
OF_THE_CLUSTER: Final = ("NODES", "NODE_LABELS", "NODE_TAINTS", "NODE_OS", "APISERVER_FLAGS")
WITHOUT_MAKE: Final = {
    name: text for name, text in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))
}
"""The environment, without what a `make` that runs these tests hands on to another one."""


@pytest.mark.parametrize("variable", OF_THE_CLUSTER)
@pytest.mark.parametrize("given", ["before", "as an argument"])
def test_recipes_see_the_settings_of_the_cluster(variable: str, given: str) -> None:
    before, arguments = ({variable: "7"}, []) if given == "before" else ({}, [f"{variable}=7"])
    answer = subprocess.run(
        ["make", "--eval", f'shown: ; @printf %s "$${variable}"', "shown", *arguments],
        cwd=ROOT,
        env=WITHOUT_MAKE | before,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout == "7"
