"""Every sample is a resource that works: no rule is broken, and its children can be built."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from hooks.cli.validate.command import validate_command
from hooks.facts import Facts
from hooks.rendering import render
from tests.support.hook import NOW
from tests.unit.deploy.manifests import documents

CAPABLE = Facts(kubernetes_version="1.35", node_zones=True)
FACTS = ("--fact", "kubernetesVersion=1.35", "--fact", "nodeZones=true")
SAMPLES = sorted(Path("deploy/samples").glob("*.yaml"))


@pytest.fixture(params=SAMPLES, ids=[each.stem for each in SAMPLES], name="sample")
def _sample(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_a_sample_has_neither_errors_nor_warnings(sample: Path) -> None:
    result = CliRunner().invoke(validate_command, [str(sample), "--strict", *FACTS])

    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "valid: 1\n")


def test_a_sample_names_the_facts_without_which_it_is_invalid(sample: Path) -> None:
    said = re.findall(r"validate (--fact [\w=.]+) (\S+\.yaml)", sample.read_text())
    alone = CliRunner().invoke(validate_command, [str(sample), "--strict"])
    named = [part for fact, _ in said for part in fact.split()]
    together = CliRunner().invoke(validate_command, [str(sample), "--strict", *named])

    assert bool(said) is (alone.exit_code != 0)
    assert {file for _, file in said} <= {sample.name}
    assert together.exit_code == 0


def test_a_sample_leads_to_children(sample: Path) -> None:
    rendered = render(documents(sample), CAPABLE, NOW)

    conditions = {each["type"]: each["status"] for each in rendered.status["conditions"]}
    assert (conditions["Valid"], rendered.problems) == ("True", ())
    assert {"DaemonSet", "Deployment"} <= {child["kind"] for child in rendered.children}


def test_a_sample_says_what_it_is_for(sample: Path) -> None:
    assert sample.read_text().startswith("# ")
