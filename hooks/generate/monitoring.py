"""Alert rules and a dashboard for the metrics of the service, which `make generate` writes."""

from typing import Final

import orjson

from hooks.errors import InvalidResource, MissingReference
from hooks.kube.objects import Obj
from hooks.server.overload import Overloaded

NAME: Final = "instana-agent-hooks"
LABELS: Final = {"app.kubernetes.io/name": NAME, "app.kubernetes.io/part-of": "instana"}
RUNBOOK: Final = (
    "{{ with query \"last_over_time(instana_hooks_build_info{docs!=''}[1d])\" }}"
    '{{ . | first | label "docs" }}{{ else }}docs{{ end }}/operate.md#alerts'
)
"""The address of the documentation that the service reports, or reported within the last day."""
NO_FAILURES: Final = "|".join(
    error.type for error in (InvalidResource, MissingReference, Overloaded)
)
"""Errors that alerts on resources report, and the one that has an alert of its own."""

SEEN: Final = "instana_hooks_resource_seen_timestamp_seconds"
EXPIRY: Final = "instana_hooks_certificate_expiry_timestamp_seconds"
PANEL_WIDTH, PANEL_HEIGHT, COLUMNS = 12, 8, 2


def latest(metric: str) -> str:
    """Return the expression for a resource's metric, by the replica that saw the resource last."""
    last = f"{SEEN} == on (resource) group_left () max by (resource) ({SEEN})"
    return f"max by (resource) ({metric} and {last})"


UNREADY: Final = latest("instana_hooks_resource_unready_agents")
INVALID: Final = latest("instana_hooks_resource_invalid")
STALLED: Final = latest("instana_hooks_resource_stalled")
HELD: Final = latest("instana_hooks_resource_held_rollouts")
FAILING: Final = f'sum by (type) (rate(instana_hooks_errors_total{{type!~"{NO_FAILURES}"}}[10m]))'
REJECTED: Final = 'sum(rate(instana_hooks_calls_total{status="429"}[10m]))'


def alert_rules() -> Obj:
    """Return the PrometheusRule with all alerts."""
    rules = [
        _alert(
            "InstanaAgentHooksDown",
            f'absent(up{{job="{NAME}"}} == 1)',
            ("5m", "critical"),
            "No replica of the service can be scraped: agents keep running, but changes wait "
            "until it responds.",
        ),
        _alert(
            "InstanaAgentHooksFailing",
            f"{FAILING} > 0",
            ("10m", "warning"),
            "Calls fail with an error of type {{ $labels.type }}; the agents of their resources "
            "stay unchanged. Check the log of the service.",
        ),
        _alert(
            "InstanaAgentHooksOverloaded",
            f"{REJECTED} > 0",
            ("15m", "warning"),
            "Calls are rejected because too many are in progress: add replicas or CPU.",
        ),
        _alert(
            "InstanaAgentInvalid",
            f"{INVALID} > 0",
            ("10m", "warning"),
            "{{ $labels.resource }} is invalid; its condition Valid shows why.",
        ),
        _alert(
            "InstanaAgentStalled",
            f"{STALLED} > 0 unless on (resource) {INVALID} > 0",
            ("15m", "warning"),
            "{{ $labels.resource }} needs manual action; its condition Stalled shows which.",
        ),
        _alert(
            "InstanaAgentsUnready",
            f"{UNREADY} > 0",
            ("30m", "warning"),
            "{{ $value }} agents of {{ $labels.resource }} are not ready; its condition "
            "AgentsAvailable shows why.",
        ),
        _alert(
            "InstanaAgentRolloutHeld",
            f"{HELD} > 0",
            ("1d", "info"),
            "Rollouts of {{ $labels.resource }} wait for approval; its condition RolloutHeld shows "
            "how to approve them.",
        ),
        _alert(
            "InstanaAgentHooksCertificateExpiring",
            f"min({EXPIRY}) - time() < 14 * 86400",
            ("1h", "warning"),
            "The service's certificate expires in {{ $value | humanizeDuration }}: renew it.",
        ),
    ]
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": NAME, "namespace": "instana-agent", "labels": LABELS},
        "spec": {"groups": [{"name": NAME, "rules": rules}]},
    }


def dashboard() -> str:
    """Return the Grafana dashboard as JSON; its data source is a variable."""
    content = {
        "title": "Instana agents",
        "uid": NAME,
        "schemaVersion": 39,
        "refresh": "1m",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {
            "list": [{"name": "datasource", "type": "datasource", "query": "prometheus"}]
        },
        "panels": [
            panel | {"id": number + 1, "gridPos": _place(number)}
            for number, panel in enumerate(_panels())
        ],
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2).decode() + "\n"


def _panels() -> list[Obj]:
    """Return the panels in order: problems first, then how the service keeps up."""
    return [
        _panel("Agents that are not ready", {"{{resource}}": UNREADY}),
        _panel("Invalid resources", {"{{resource}}": f"{INVALID} > 0"}),
        _panel("Resources that need manual action", {"{{resource}}": f"{STALLED} > 0"}),
        _panel("Rollouts that wait for approval", {"{{resource}}": f"{HELD} > 0"}),
        _panel(
            "Calls",
            {"{{hook}} {{status}}": "sum by (hook, status) (rate(instana_hooks_calls_total[5m]))"},
            "reqps",
        ),
        _panel("Response time", {"median": _quantile(0.5), "99 %": _quantile(0.99)}, "s"),
        _panel(
            "Errors",
            {"{{type}}": "sum by (type) (rate(instana_hooks_errors_total[5m]))"},
            "reqps",
        ),
        _panel(
            "Rules broken",
            {"{{rule}}": "sum by (rule) (rate(instana_hooks_rules_broken_total[5m]))"},
            "reqps",
        ),
        _panel(
            "Calls in progress",
            {
                "in progress": "max(instana_hooks_calls_in_progress)",
                "allowed": "max(instana_hooks_calls_allowed)",
                "threads": "max(instana_hooks_threads)",
            },
        ),
        _panel(
            "Children in responses",
            {"{{kind}}": "sum by (kind) (rate(instana_hooks_children_total[5m]))"},
        ),
        _panel("Certificate expires in", {"all replicas": f"min({EXPIRY}) - time()"}, "s"),
        _panel(
            "Size of requests",
            {"{{hook}}, 99 %": _quantile(0.99, "instana_hooks_request_bytes", "hook, ")},
            "bytes",
        ),
        _panel(
            "Memory",
            {"{{pod}}": f'process_resident_memory_bytes{{job="{NAME}"}}'},
            "bytes",
        ),
        _panel(
            "Versions",
            {"{{version}}": "count by (version) (instana_hooks_build_info)"},
        ),
    ]


def _alert(name: str, expression: str, when: tuple[str, str], summary: str) -> Obj:
    duration, severity = when
    return {
        "alert": name,
        "expr": expression,
        "for": duration,
        "labels": {"severity": severity},
        "annotations": {"summary": summary, "runbook_url": RUNBOOK},
    }


def _quantile(share: float, metric: str = "instana_hooks_call_seconds", by: str = "") -> str:
    return f"histogram_quantile({share}, sum by ({by}le) (rate({metric}_bucket[5m])))"


def _panel(title: str, expressions: dict[str, str], unit: str = "short") -> Obj:
    source = {"type": "prometheus", "uid": "${datasource}"}
    return {
        "title": title,
        "type": "timeseries",
        "datasource": source,
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + number), "expr": expression, "legendFormat": legend}
            for number, (legend, expression) in enumerate(expressions.items())
        ],
    }


def _place(number: int) -> Obj:
    row, column = divmod(number, COLUMNS)
    return {
        "x": column * PANEL_WIDTH,
        "y": row * PANEL_HEIGHT,
        "w": PANEL_WIDTH,
        "h": PANEL_HEIGHT,
    }
