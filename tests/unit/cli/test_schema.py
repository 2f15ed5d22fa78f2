from pathlib import Path

from click.testing import CliRunner

from hooks.cli.program.command_line import main


def test_the_schema_is_the_generated_file() -> None:
    result = CliRunner().invoke(main, ["schema"])

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == CliRunner().invoke(main, ["schema", "-o", "json"]).stdout
    assert result.stdout == Path("crd/agents.instana.io.schema.json").read_text()


def test_the_schema_of_the_chart_is_the_file_in_the_chart() -> None:
    result = CliRunner().invoke(main, ["schema", "--chart"])

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == Path("helm-chart/values.schema.json").read_text()
