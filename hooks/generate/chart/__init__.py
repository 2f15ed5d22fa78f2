"""The Helm chart: its values are the spec of the resource, its templates the manifests.

`python -m hooks generate` writes it to `helm-chart/`; the running service does not import it. Other
files in `helm-chart/` are written by hand: credentials, the InstanaAgent, notes, jobs.
"""

from hooks.generate.chart.existing_values_page import existing_values_page
from hooks.generate.chart.files import SOURCES, chart_files

__all__ = ["SOURCES", "chart_files", "existing_values_page"]
