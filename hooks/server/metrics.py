"""The metrics of the service; docs/metrics.md has a row for each."""

import sys
import threading
from functools import partial
from http import HTTPStatus
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from hooks.server.calls import Call
from hooks.server.certificate_expiry import CertificateExpiry
from hooks.server.seen_resources import Resources
from hooks.server.settings import Settings

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
BYTES: Final = tuple(float(4**power * 1024) for power in range(10))
MOST_KINDS: Final = 40
OTHER: Final = "other"
"""Label of kinds beyond the limit, and of calls that did not reach a hook."""


class Metrics:
    """The collectors of one application, in their own registry."""

    def __init__(self, settings: Settings) -> None:
        """Register every metric; those about the installation get their final values here."""
        self.registry = registry = CollectorRegistry()
        self._kinds: set[str] = set()
        self._lock = threading.Lock()
        counter = partial(Counter, registry=registry)
        gauge = partial(Gauge, registry=registry)
        histogram = partial(Histogram, registry=registry)
        self.calls = counter(
            "instana_hooks_calls", "Hook calls by HTTP status.", ("hook", "status")
        )
        self.seconds = histogram(
            "instana_hooks_call_seconds",
            "Time from the first byte of the request to the response.",
            ("hook",),
            buckets=SECONDS,
        )
        self.request_bytes = histogram(
            "instana_hooks_request_bytes", "Size of request bodies.", ("hook",), buckets=BYTES
        )
        self.response_bytes = histogram(
            "instana_hooks_response_bytes", "Size of response bodies.", ("hook",), buckets=BYTES
        )
        self.children = counter(
            "instana_hooks_children",
            "Children in responses by kind; divide by the calls for children per response.",
            ("hook", "kind"),
        )
        self.childless = counter(
            "instana_hooks_childless_answers",
            "Responses without children, for which Metacontroller deletes all existing children.",
            ("hook",),
        )
        self.errors = counter(
            "instana_hooks_errors",
            "Calls with an error, by its type, whether it is in the status or replaces the "
            "response.",
            ("type",),
        )
        self.rules = counter(
            "instana_hooks_rules_broken",
            "Calls about an invalid resource, by the rules that it breaks (docs/validation.md).",
            ("rule",),
        )
        self.last_response = gauge(
            "instana_hooks_last_answer_timestamp_seconds",
            "Time of the last response with 200 or 304.",
            ("hook",),
        )
        self.in_progress = gauge("instana_hooks_calls_in_progress", "Hook calls in progress.")
        self.resources = Resources()
        registry.register(self.resources)
        self._describe_process(settings)

    def _describe_process(self, settings: Settings) -> None:
        threads = Gauge(
            "instana_hooks_threads",
            "Calls that can be in progress at once.",
            registry=self.registry,
        )
        threads.set(settings.threads)
        most = Gauge(
            "instana_hooks_calls_allowed",
            "Hook calls that may be in progress; further ones are rejected with 429.",
            registry=self.registry,
        )
        most.set(settings.calls_at_once)
        if settings.tls:
            expiry = CertificateExpiry(settings.tls_cert_file)
            end = Gauge(
                "instana_hooks_certificate_expiry_timestamp_seconds",
                "Expiry of the certificate that the service presents.",
                registry=self.registry,
            )
            end.set_function(expiry.current)
        build = Info("instana_hooks_build", "Version of the service.", registry=self.registry)
        python = ".".join(str(part) for part in sys.version_info[:3])
        facts = settings.facts
        build.info({"version": facts.operator_version, "python": python, "docs": facts.docs_url})
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def observe(self, call: Call) -> None:
        """Count one finished hook call, without those of its changes that are not new."""
        hook = call.hook
        self.calls.labels(hook, str(int(call.status))).inc()
        self.seconds.labels(hook).observe(call.seconds)
        self.request_bytes.labels(hook).observe(call.bytes_in)
        for error_type in call.error_types:
            self.errors.labels(error_type).inc()
        for rule in call.rules:
            self.rules.labels(rule).inc()
        if not call.failure:
            self._observe_response(call)
        if call.is_going and not call.failure:
            self.resources.forget(call.resource)
        elif call.state:
            call.changes = self.resources.saw(call.resource, call.state, call.changes)

    def rejected(self, status: int, error_type: str) -> None:
        """Count a request that did not reach a hook."""
        self.calls.labels(OTHER, str(int(status))).inc()
        self.errors.labels(error_type).inc()

    def exposition(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self.registry)

    def _observe_response(self, call: Call) -> None:
        self.last_response.labels(call.hook).set_to_current_time()
        if call.status == HTTPStatus.NOT_MODIFIED:
            return
        self.response_bytes.labels(call.hook).observe(call.bytes_out)
        for kind, count in call.children.items():
            self.children.labels(call.hook, self._bounded(kind)).inc(count)
        if call.makes_children and not call.children:
            self.childless.labels(call.hook).inc()

    def _bounded(self, kind: str) -> str:
        """Return the label of a kind: children that are returned as observed may have any kind."""
        with self._lock:
            if len(self._kinds) < MOST_KINDS:
                self._kinds.add(kind)
            return kind if kind in self._kinds else OTHER
