"""What all models of the custom resource share."""

from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict
from pydantic.alias_generators import to_camel

Opaque = dict[str, Any]
"""A part that is passed through to Kubernetes, which checks it."""

LATEST = "latest"
ALWAYS = "Always"
CA_FILE = "ca.crt"

Item = TypeVar("Item")
ListOf = Annotated[tuple[Item, ...], Strict(False)]  # noqa: FBT003 - lists become tuples
OpaqueList = ListOf[Opaque]


class SpecModel(BaseModel):
    """A part of the custom resource.

    Frozen, so that defaults are shared; fields are written in camelCase outside; a field that is
    not known is ignored (the CRD's schema has pruned it before).
    """

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="ignore",
        alias_generator=to_camel,
        hide_input_in_errors=True,
    )


def otherwise(default: str) -> AfterValidator:
    """Return what makes an empty string mean the default, as it does for the Go operator."""
    return AfterValidator(lambda given: given or default)


class Named(SpecModel):
    """Something that is known by its name."""

    name: str = Field(default="", description="Name.")


class Enabled(SpecModel):
    """A switch; not given, the default of its place holds."""

    enabled: bool | None = Field(default=None, description="Whether this is switched on.")


class Create(SpecModel):
    """Whether an object is made."""

    create: bool = Field(default=True, description="Whether the objects are created.")


class Image(SpecModel):
    """A container image."""

    name: str = Field(default="", description="Image name with registry, without tag or digest.")
    digest: str = Field(
        default="", description="Digest such as sha256:...; wins over the tag where both are given."
    )
    tag: Annotated[str, otherwise(LATEST)] = Field(default=LATEST, description="Image tag.")
    pull_policy: Annotated[str, otherwise(ALWAYS)] = Field(
        default=ALWAYS, description="Pull policy: Always, IfNotPresent or Never."
    )

    @property
    def reference(self) -> str:
        """Return what stands in a container's `image`."""
        return f"{self.name}@{self.digest}" if self.digest else f"{self.name}:{self.tag}"


class Resources(SpecModel):
    """Compute resources of a container."""

    requests: Opaque = Field(
        default_factory=dict,
        description="Resource requests; memory 768Mi and cpu 0.5 where not given.",
    )
    limits: Opaque = Field(
        default_factory=dict,
        description="Resource limits; memory 768Mi and cpu 1.5 where not given.",
    )
    claims: OpaqueList = Field(
        default=(), description="Resource claims of the container (dynamic resource allocation)."
    )


class CertificateAuthority(SpecModel):
    """A CA certificate in a Secret, mounted into a container."""

    mount_path: str = Field(default="", description="Directory the certificate is mounted at.")
    secret_name: str = Field(default="", description="Secret that holds the certificate.")
    filename: Annotated[str, otherwise(CA_FILE)] = Field(
        default=CA_FILE, description="Key of the certificate in the Secret."
    )
