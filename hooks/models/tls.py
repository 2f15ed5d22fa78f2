"""`spec.agent.tls`: certificate and private key of the endpoints that the agent serves."""

from typing import Annotated

from pydantic import Field

from hooks.models.base import (
    LONGEST_NAME,
    NAME,
    ListOf,
    SecretKeyRef,
    SpecModel,
    entry_with,
    otherwise,
)

TLS_CERTIFICATE = "tls.crt"
TLS_KEY = "tls.key"
DURATION = "2160h"
ISSUER = "Issuer"
CERT_MANAGER_GROUP = "cert-manager.io"


class IssuerRef(SpecModel):
    """An issuer of cert-manager."""

    name: str = Field(pattern=NAME, max_length=LONGEST_NAME, description="Name of the issuer.")
    kind: Annotated[str, otherwise(ISSUER)] = Field(
        default=ISSUER, description="Issuer (of the resource's namespace) or ClusterIssuer."
    )
    group: Annotated[str, otherwise(CERT_MANAGER_GROUP)] = Field(
        default=CERT_MANAGER_GROUP, description="API group of the issuer."
    )


class CertManager(SpecModel):
    """A certificate that cert-manager issues and renews."""

    issuer_ref: IssuerRef = Field(description="Who issues the certificate.")
    duration: Annotated[str, otherwise(DURATION)] = Field(
        default=DURATION, description="How long a certificate is valid, such as 2160h."
    )
    renew_before: str = Field(
        default="",
        description="How long before its expiry it is renewed; default: a third of the duration.",
    )
    dns_names: ListOf[str] = Field(
        default=(), description="DNS names in addition to those of the agents' Services."
    )


class Tls(SpecModel):
    """TLS for the endpoints that the agent serves."""

    secret_name: str = Field(
        default="",
        description="Existing Secret of type kubernetes.io/tls; takes precedence "
        "over certificate and key.",
    )
    certificate: str = Field(default="", description="Certificate (PEM, base64-encoded).")
    key: str = Field(default="", description="Private key (PEM, base64-encoded).")

    certificate_secret_key_ref: SecretKeyRef | None = entry_with(
        "the certificate (PEM); together with keySecretKeyRef it takes precedence over the values"
    )
    key_secret_key_ref: SecretKeyRef | None = entry_with("the private key (PEM)")
    cert_manager: CertManager | None = Field(
        default=None,
        description="Lets cert-manager issue the certificate; needs the installation's "
        "component certificates.",
    )
    openshift_serving_cert: bool = Field(
        default=False,
        description="Lets OpenShift's service CA issue the certificate of the agents' Service.",
    )

    @property
    def files(self) -> tuple[tuple[str, SecretKeyRef], ...]:
        """Return certificate and key by file name, if they are in entries with any names."""
        certificate, key = self.certificate_secret_key_ref, self.key_secret_key_ref
        if self.secret_name or not (certificate and key):
            return ()
        return (TLS_CERTIFICATE, certificate), (TLS_KEY, key)

    @property
    def is_inline(self) -> bool:
        """Return whether the resource itself contains the certificate and key."""
        is_elsewhere = self.secret_name or self.files
        return not is_elsewhere and bool(self.certificate and self.key)
