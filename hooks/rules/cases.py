"""Mistakes that the Go operator takes, or fails of, by name: what becomes of each here."""

from dataclasses import dataclass
from enum import StrEnum

from hooks.rules.rule import Layer
from hooks.rules.table import BY_IDENTIFIER


class Verdict(StrEnum):
    """What becomes of a resource."""

    REFUSED = "refused"
    WARNED = "works, with a warning"
    WORKS = "works"
    STATUS = "told in the status"
    LATER = "InstanaAgentRemote is not part of this version"


@dataclass(frozen=True, slots=True)
class Case:
    """One case: its verdict, and the rule that it is about, if any."""

    verdict: Verdict
    rule: str = ""

    @property
    def first_layer(self) -> Layer | None:
        """Return the first layer that refuses it, if one does."""
        return BY_IDENTIFIER[self.rule].layers[0] if self.verdict is Verdict.REFUSED else None


def _refused(**rules: str) -> dict[str, Case]:
    return {name.replace("_", "-"): Case(Verdict.REFUSED, rule) for name, rule in rules.items()}


def _alike(verdict: Verdict, *names: str) -> dict[str, Case]:
    return {name: Case(verdict) for name in names}


CASES: dict[str, Case] = {
    **_refused(
        backend_without_key="backend-key",
        cluster_as_string="field-type",
        configuration_yaml_invalid="configuration-yaml",
        endpoint_host_is_a_url="host",
        endpoint_port_int="field-type",
        endpoint_port_out_of_range="port",
        env_name_invalid="variable-name",
        host_repository_relative="host-repository",
        image_digest_without_algorithm="image-digest",
        image_tag_in_name="image-name",
        limits_below_requests="limit-below-request",
        long_name="resource-name",
        max_unavailable_zero="update-pair",
        min_ready_seconds_negative="count",
        missing_endpoint_host="required-field",
        mode_invalid="mode",
        mode_with_blank="mode",
        name_with_dots="resource-name",
        no_cluster_no_zone="cluster-name",
        no_key="key-source",
        openshift_as_string="field-type",
        otel_port_out_of_range="opentelemetry-port",
        otel_same_ports="port-taken",
        pod_env_name_invalid="pod-variable-name",
        pod_env_value_and_value_from="variable-value",
        pod_label_invalid="label-value",
        pollrate_in_minutes="pollrate",
        proxy_port_not_a_number="port",
        pull_policy_lowercase="pull-policy",
        quantity_float="field-type",
        quantity_invalid="quantity",
        replicas_negative="count",
        resource_claims="resource-claim",
        service_account_name_invalid="service-account-name",
        tls_certificate_without_key="tls-pair",
        tls_not_base64="tls-base64",
        toleration_operator_invalid="toleration",
        unknown_field="unknown-field",
        update_strategy_invalid="update-strategy",
        v1beta1="served-version",
        volume_mount_without_volume="mount-without-volume",
        volume_name_taken="volume-name",
        zone_name_not_dns="zone-name",
        zone_without_name="required-field",
        zones_duplicate="zone-repeated",
    ),
    "digest-and-tag": Case(Verdict.WARNED, "digest-and-tag"),
    "env-repeats-k8sensor-variable": Case(Verdict.WARNED, "variable-reserved"),
    "key-and-keys-secret": Case(Verdict.WARNED, "key-and-keys-secret"),
    "name-with-leading-digit": Case(Verdict.WARNED, "resource-name-digit"),
    **_alike(
        Verdict.WORKS,
        "env-with-env-secrets",
        "etcd-discovered-ca",
        "limit-below-default-request",
        "liveness-probe-numbers-only",
        "pod-label-app",
        "replicas-zero",
        "rest-client-ca-without-mount-path",
        "surge-only",
        "zone-without-mode",
    ),
    **_alike(Verdict.STATUS, "keys-secret-without-key"),
    **_alike(
        Verdict.LATER,
        "remote-empty-zone",
        "remote-long-name",
        "remote-name-with-dots",
        "remote-without-zone",
    ),
}
