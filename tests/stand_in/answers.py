"""The answers of hooks of version v2, which are decoded strictly: an unknown field is an error."""

from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from hooks.kube.objects import Obj

AnAnswer = TypeVar("AnAnswer", bound="Answer")


class Undecodable(Exception):
    """The answer is not what the version of the hook allows."""


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, alias_generator=to_camel)


def _with_kind(obj: Obj) -> Obj:
    if not obj.get("kind"):
        msg = "Object 'Kind' is missing"
        raise ValueError(msg)
    return obj


Child = Annotated[dict[str, Any], AfterValidator(_with_kind)]


class CompositeAnswer(Answer):
    status: dict[str, Any] | None = None
    children: list[Child] | None = None
    resync_after_seconds: float | None = None
    finalized: bool | None = None


class DecoratorAnswer(Answer):
    """Labels, annotations and status of the object itself are not known here: none sets any."""

    attachments: list[Child] | None = None
    resync_after_seconds: float | None = None
    finalized: bool | None = None


class Expression(Answer):
    key: str
    operator: str
    values: list[str] | None = None


class Selector(Answer):
    match_labels: dict[str, str] | None = None
    match_expressions: list[Expression] | None = None


class Rule(Answer):
    """Which objects are related. Selectors of namespaces are not known here: none uses any."""

    api_version: str
    resource: str
    namespace: str = ""
    names: list[str] | None = None
    label_selector: Selector | None = None


class CustomizeAnswer(Answer):
    related_resources: list[Rule] | None = None


def decoded(model: type[AnAnswer], answer: bytes) -> AnAnswer:
    try:
        return model.model_validate_json(answer)
    except ValidationError as problem:
        found = "; ".join(
            f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in problem.errors()
        )
        msg = f"strict validation failed for v2 webhookResponse: {found}"
        raise Undecodable(msg) from problem
