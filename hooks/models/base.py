"""What all models of the resource have in common."""

from typing import Annotated, Any, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, Strict
from pydantic.alias_generators import to_camel

from hooks.models.kubernetes import Quantities, ResourceClaim

MUST_BE_GIVEN: dict[str, JsonValue] = {"x-must-be-given": True}
"""The CRD requires the field, even if it is empty; resources stored without it have the default."""

NOT_STORED: dict[str, JsonValue] = {"x-not-stored": True}
"""The CRD does not write the default into resources: "not given" differs from the default, or may
do so in the future."""

KEYED_BY_NAME: dict[str, JsonValue] = {
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["name"],
}
"""No two items of the list have the same name."""

LATEST = "latest"
ALWAYS = "Always"
CA_FILE = "ca.crt"

NAME = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
ENTRY = r"^\.?[-_a-zA-Z0-9][-._a-zA-Z0-9]*$"
LONGEST_NAME = 253

Item = TypeVar("Item")
ListOf = Annotated[tuple[Item, ...], Strict(False)]  # noqa: FBT003 - lists become tuples


class SpecModel(BaseModel):
    """A part of the resource.

    It is frozen, so that defaults can be shared. Its fields are in camelCase in the resource.
    Unknown fields are ignored (the CRD's schema has already pruned them).
    """

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="ignore",
        alias_generator=to_camel,
        hide_input_in_errors=True,
    )

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        """Return the part itself: pydantic copies each default that contains a mapping."""
        return self


def otherwise(default: str) -> AfterValidator:
    """Return the validator that replaces an empty string with the default, like the Go operator."""
    return AfterValidator(lambda given: given or default)


def entry_with(content: str) -> Any:
    """Return the field for a Secret's entry that contains what another field has as a value."""
    return Field(default=None, description=f"Entry of a Secret with {content}.")


class Named(SpecModel):
    """Something that is known by its name."""

    name: str = Field(default="", description="Name.")


class SecretKeyRef(SpecModel):
    """An entry of a Secret in the resource's namespace, as in Kubernetes' own `secretKeyRef`."""

    model_config = ConfigDict(json_schema_extra={"x-kubernetes-map-type": "atomic"})

    name: str = Field(pattern=NAME, max_length=LONGEST_NAME, description="Name of the Secret.")
    key: str = Field(
        pattern=ENTRY, max_length=LONGEST_NAME, description="Entry of the Secret's data."
    )


class Enabled(SpecModel):
    """A switch; not given, the default of its place holds."""

    enabled: bool | None = Field(default=None, description="Whether this is enabled.")


class Create(SpecModel):
    """Whether an object is made."""

    create: bool = Field(default=True, description="Whether the objects are created.")


class Image(SpecModel):
    """A container image."""

    name: str = Field(default="", description="Image name with registry, without tag or digest.")
    digest: str = Field(
        default="", description="Digest such as sha256:...; takes precedence over the tag."
    )
    tag: Annotated[str, otherwise(LATEST)] = Field(
        default=LATEST, description="Image tag.", json_schema_extra=NOT_STORED
    )
    pull_policy: Annotated[str, otherwise(ALWAYS)] = Field(
        default=ALWAYS, description="Pull policy: Always, IfNotPresent or Never."
    )

    @property
    def reference(self) -> str:
        """Return the value for a container's `image`."""
        return f"{self.name}@{self.digest}" if self.digest else f"{self.name}:{self.tag}"


class Resources(SpecModel):
    """Compute resources of a container."""

    requests: Quantities = Field(
        default_factory=dict,
        description="Resource requests; default: memory 768Mi, cpu 0.5.",
    )
    limits: Quantities = Field(
        default_factory=dict,
        description="Resource limits; default: memory 768Mi, cpu 1.5.",
    )
    claims: ListOf[ResourceClaim] = Field(
        default=(),
        description="Resource claims of the container (dynamic resource allocation).",
        json_schema_extra=KEYED_BY_NAME,
    )


class CertificateAuthority(SpecModel):
    """A CA certificate in a Secret, mounted into a container."""

    mount_path: str = Field(default="", description="Directory where the certificate is mounted.")
    secret_name: str = Field(default="", description="Secret that holds the certificate.")
    filename: Annotated[str, otherwise(CA_FILE)] = Field(
        default=CA_FILE, description="Entry of the Secret that has the certificate."
    )
