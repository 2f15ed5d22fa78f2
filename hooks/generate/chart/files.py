"""All generated files of the chart."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

from hooks import __version__
from hooks.generate.chart.existing_values_template import existing_values_template
from hooks.generate.chart.frames import Sources, files_in, filled, frames
from hooks.generate.chart.inline_secrets import inline_secrets_template
from hooks.generate.chart.misshapen import misshapen_template
from hooks.generate.chart.schema import values_schema
from hooks.generate.chart.texts import texts_template
from hooks.generate.chart.values import values_yaml

CHART: Final = PurePosixPath("helm-chart")
CRD: Final = "crd/agents.instana.io.yaml"
DASHBOARD: Final = "deploy/components/monitoring/dashboard.json"
FRAMES: Final = frames()
SOURCES: Final = (
    CRD,
    DASHBOARD,
    *dict.fromkeys(file for frame in FRAMES.values() for file in files_in(frame)),
)
"""The files that the chart is made from."""

CHART_YAML: Final = """\
# Made by `make generate`.
apiVersion: v2
name: instana-agent
description: Instana's agents on the nodes of a cluster, and the service that says what they are.
type: application
version: {version}
appVersion: {version}
kubeVersion: ">=1.30.0-0"
keywords: [instana, monitoring, observability, metacontroller]
"""


def chart_files(sources: Sources) -> Mapping[PurePosixPath, str]:
    """Return the generated files of the chart with their content, from those of SOURCES."""
    made = {
        "Chart.yaml": CHART_YAML.format(version=__version__),
        "values.yaml": values_yaml(),
        "values.schema.json": values_schema(),
        "crds/agents.instana.io.yaml": sources[CRD],
        "files/dashboard.json": sources[DASHBOARD],
        "templates/_existing-values.tpl": existing_values_template(),
        "templates/_inline-secrets.tpl": inline_secrets_template(),
        "templates/_misshapen.tpl": misshapen_template(),
        "templates/_texts.tpl": texts_template(),
        **{f"templates/{name}": filled(name, frame, sources) for name, frame in FRAMES.items()},
    }
    return {CHART / name: text for name, text in made.items()}
