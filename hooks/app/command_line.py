"""`python -m hooks`: the pure functions on files, and a look at the service on this machine."""

import sys
from pathlib import Path
from typing import BinaryIO

import click
import orjson

from hooks import __version__
from hooks.api_reference import api_reference
from hooks.app.clock import now
from hooks.app.definition_command import definition_command
from hooks.app.demo import demonstrate
from hooks.app.diff_command import diff_command
from hooks.app.fact_options import fact_option, facts_of
from hooks.app.given_files import (
    documents_in,
    end_if_invalid,
    files_argument,
    giving_up_on_what_cannot_be_read,
)
from hooks.app.monitoring import alert_rules, dashboard
from hooks.app.service_check import service_check
from hooks.app.settings import Settings
from hooks.app.takeover_command import takeover_command
from hooks.app.takeover_release import release_command
from hooks.app.validate_command import validate_command
from hooks.chart import SOURCES, chart_files, existing_values_page
from hooks.definition import (
    definition,
    inline_secrets_denied,
    mutating_configuration,
    policies,
    validating_configuration,
)
from hooks.kube.objects import Obj
from hooks.kube.plain_yaml import as_yaml
from hooks.rendering import Rendered, render
from hooks.validation_page import validation_page

API_REFERENCE = Path("docs/api.md")
DEFINITION = Path("crd/agents.instana.io.yaml")
POLICIES = Path("deploy/admission/policies.yaml")
INLINE_SECRETS = Path("deploy/admission/inline-secrets-deny/policy.yaml")
VALIDATING = Path("deploy/components/webhooks/configuration.yaml")
MUTATING = Path("deploy/components/defaulting/configuration.yaml")
VALIDATION = Path("docs/validation.md")
FORMER_VALUES = Path("docs/helm-former-values.md")
ALERTS = Path("deploy/components/monitoring/alerts.yaml")
DASHBOARD = Path("deploy/components/monitoring/dashboard.json")
DEFINITION_HEADER = "# Made from the models by `make generate`.\n"
POLICIES_HEADER = "# Made from the table of rules by `make generate`.\n"
MONITORING_HEADER = "# Made by `make generate`; docs/operate.md says what to do about each.\n"
WEBHOOKS_HEADER = "# Made by `make generate`, with the conditions of the policies.\n"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="instana-agent-hooks")
def main() -> None:
    """Turn an InstanaAgent into the objects that run Instana's agents."""


main.add_command(diff_command)
main.add_command(takeover_command)
takeover_command.add_command(release_command)
main.add_command(validate_command)
main.add_command(definition_command)
main.add_command(service_check)


@main.command("render")
@files_argument
@click.option("-o", "--output", type=click.Choice(["yaml", "json"]), default="yaml")
@fact_option
def render_command(files: tuple[BinaryIO, ...], output: str, facts: tuple[str, ...]) -> None:
    """Print what would be there for the InstanaAgent in the FILEs ("-" is standard input).

    The other objects in them play the cluster: Secrets, Namespaces, existing children, CRDs. YAML
    is ready for `kubectl apply`; JSON has children, attachments and status. Ends with 2 and the
    list of problems when the resource is invalid, with 1 when a file cannot be read.
    """
    with giving_up_on_what_cannot_be_read():
        rendered = render(documents_in(files), facts_of(facts), now())
    end_if_invalid(rendered.problems)
    sys.stdout.write(_as_json(rendered) if output == "json" else as_yaml(_objects(rendered)))


@main.command("demo")
@click.argument("request_file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--once", is_flag=True, envvar="ONCE", help="End after the answer.")
def demo_command(request_file: Path, *, once: bool) -> None:
    """Start the service here, send it a recorded sync request, show the answer, go on serving."""
    sys.exit(demonstrate(request_file, Settings(), once=once))


@main.command("generate")
def generate_command() -> None:
    """Write what is made: the CRD, what asks at admission, pages, alerts, the chart."""
    for file, text in generated().items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def generated() -> dict[Path, str]:
    """Return the generated files with their content."""
    made = _generated_from_code()
    sources = {name: made.get(Path(name)) or Path(name).read_text() for name in SOURCES}
    return made | {Path(file): text for file, text in chart_files(sources).items()}


def _generated_from_code() -> dict[Path, str]:
    return {
        API_REFERENCE: api_reference(),
        DEFINITION: DEFINITION_HEADER + as_yaml([definition()]),
        POLICIES: POLICIES_HEADER + as_yaml(policies()),
        INLINE_SECRETS: POLICIES_HEADER + as_yaml(inline_secrets_denied()),
        VALIDATING: WEBHOOKS_HEADER + as_yaml([validating_configuration()]),
        MUTATING: WEBHOOKS_HEADER + as_yaml([mutating_configuration()]),
        VALIDATION: validation_page(),
        FORMER_VALUES: existing_values_page(),
        ALERTS: MONITORING_HEADER + as_yaml([alert_rules()]),
        DASHBOARD: dashboard(),
    }


def _as_json(rendered: Rendered) -> str:
    answer: Obj = {
        "children": rendered.children,
        "attachments": rendered.attachments,
        "status": rendered.status,
    }
    return orjson.dumps(answer, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode() + "\n"


def _objects(rendered: Rendered) -> list[Obj]:
    return [*rendered.children, *rendered.attachments]
