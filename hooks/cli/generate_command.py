"""`python -m hooks generate`: writes the files that are generated from the code."""

from pathlib import Path

import click

from hooks.generate.api_reference import api_reference
from hooks.generate.chart import SOURCES, chart_files, existing_values_page
from hooks.generate.crd import agents_crd
from hooks.generate.monitoring import alert_rules, dashboard
from hooks.generate.policies import (
    guards,
    inline_secrets_denied,
    mutating_configuration,
    own_selector,
    policies,
    restricted_fields,
    shared_nodes,
    validating_configuration,
)
from hooks.generate.validation_page import validation_page
from hooks.kube.plain_yaml import as_yaml

API_REFERENCE = Path("docs/api.md")
CRD = Path("crd/agents.instana.io.yaml")
POLICIES = Path("deploy/admission/policies.yaml")
INLINE_SECRETS = Path("deploy/admission/inline-secrets-deny/policy.yaml")
RESTRICTED = Path("deploy/admission/restricted-fields/policy.yaml")
GUARDS = Path("deploy/guards/policies.yaml")
OWN_SELECTOR = Path("deploy/components/own-selector/policy.yaml")
VALIDATING = Path("deploy/components/webhooks/configuration.yaml")
MUTATING = Path("deploy/components/defaulting/configuration.yaml")
VALIDATION = Path("docs/validation.md")
FORMER_VALUES = Path("docs/helm-former-values.md")
ALERTS = Path("deploy/components/monitoring/alerts.yaml")
DASHBOARD = Path("deploy/components/monitoring/dashboard.json")
CRD_HEADER = "# Made from the models by `make generate`.\n"
POLICIES_HEADER = "# Made from the table of rules by `make generate`.\n"
GUARDS_HEADER = "# Made by `make generate`; docs/guards.md says what each is for.\n"
MONITORING_HEADER = "# Made by `make generate`; docs/operate.md says what to do about each.\n"
WEBHOOKS_HEADER = "# Made by `make generate`, with the conditions of the policies.\n"


@click.command("generate")
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
        CRD: CRD_HEADER + as_yaml([agents_crd()]),
        POLICIES: POLICIES_HEADER + as_yaml([*policies(), *shared_nodes()]),
        INLINE_SECRETS: POLICIES_HEADER + as_yaml(inline_secrets_denied()),
        RESTRICTED: GUARDS_HEADER + as_yaml(restricted_fields()),
        GUARDS: GUARDS_HEADER + as_yaml(guards()),
        OWN_SELECTOR: GUARDS_HEADER + as_yaml(own_selector()),
        VALIDATING: WEBHOOKS_HEADER + as_yaml([validating_configuration()]),
        MUTATING: WEBHOOKS_HEADER + as_yaml([mutating_configuration()]),
        VALIDATION: validation_page(),
        FORMER_VALUES: existing_values_page(),
        ALERTS: MONITORING_HEADER + as_yaml([alert_rules()]),
        DASHBOARD: dashboard(),
    }
