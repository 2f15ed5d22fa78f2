"""Recordings: a call of a hook with numbers in the place of secret values, as one JSON document."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from hooks import __version__
from hooks.contract import RELATED_KINDS
from hooks.errors import HookError, UnreadableRequest
from hooks.facts import Facts
from hooks.kube.objects import Obj, as_object, present
from hooks.recording.digests import digests_in, going_on, numbered, paired, without_marks
from hooks.recording.known import known_values
from hooks.recording.objects import Objects
from hooks.recording.public import Public
from hooks.recording.responses import SYNC, hook_of, response_of, texts_of
from hooks.recording.seeds import seeds, workloads
from hooks.recording.stand_ins import Numbers
from hooks.recording.words import Words

FORMAT: Final = 1
ROUNDS: Final = 4
"""How often the service is asked at most: digests of pod templates have other digests in them."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A call of a hook; `response` is empty if it failed; `failure` then has the error."""

    hook: str
    request: Obj
    facts: Facts
    at: str
    response: Obj
    failure: str = ""
    version: str = __version__


def recorded(exchange: Exchange) -> Obj:
    """Return the recording of a call, in which no secret value is."""
    request, response = _masked(exchange)
    return as_recording(replace(exchange, request=request), response)


def as_recording(exchange: Exchange, response: Obj) -> Obj:
    """Return the document of a call in which no secret value is any more, with its response."""
    return {
        "recording": FORMAT,
        "hook": exchange.hook,
        "at": exchange.at,
        "service": {"version": exchange.version},
        "facts": texts_of(exchange.facts),
        "request": exchange.request,
        **present(response=response or None, failure=exchange.failure or None),
    }


def read_recording(document: Any) -> Exchange:
    """Return the call of a recording, or of a bare request; raises UnreadableRequest."""
    if not isinstance(document, dict):
        msg = "this is no recording: it is not a JSON object"
        raise UnreadableRequest(msg)
    if "recording" not in document:
        return Exchange(hook_of(document), document, Facts(), "", {})
    if document["recording"] != FORMAT:
        msg = f"a recording of another format: this version reads format {FORMAT}"
        raise UnreadableRequest(msg)
    texts = as_object(document.get("facts"))
    if not all(isinstance(text, str) for text in texts.values()):
        msg = "the facts of a recording must be texts"
        raise UnreadableRequest(msg)
    return Exchange(
        _text(document, "hook"),
        as_object(document.get("request")),
        Facts().updated(texts),
        _text(document, "at"),
        as_object(document.get("response")),
        _text(document, "failure"),
        _text(as_object(document.get("service")), "version"),
    )


def _text(document: Obj, name: str) -> str:
    value = document.get(name)
    return value if isinstance(value, str) else ""


def repeated(exchange: Exchange, facts: Facts | None = None) -> Obj:
    """Return what this version of the service responds to a call; raises HookError."""
    known = exchange.facts if facts is None else facts
    return response_of(exchange.hook, exchange.request, known, exchange.at)


def masked_responses(exchange: Exchange, *responses: Obj) -> list[Obj]:
    """Return responses to one call without secret values, to be compared: one numbering for all.

    Variables that the service sets by itself are shown, whatever another version or another
    resource set them to.
    """
    public = public_of(exchange)
    known = known_values([exchange.request, *responses], public)
    digests = numbered((digest for _, digest in digests_in(list(responses))), {})
    objects = Objects(
        Words(Numbers(), known, digests), replace(public, settings=public.names_of_service)
    )
    return [objects.masked(response) for response in responses]


def public_of(exchange: Exchange) -> Public:
    """Return what the service would write for the resource if it had no children yet."""
    if exchange.hook != SYNC:
        return Public()
    fresh = _without_overrides(_without_children(exchange.request))
    children: list[Obj] = []
    for request in (fresh, _in_one_zone(fresh)):
        children += _response(exchange, request).get("children", ())
        children += workloads(request, exchange.facts)
    return Public(tuple(children), (exchange.request,))


def _in_one_zone(request: Obj) -> Obj:
    """Return the request of a resource without zones: those of nodes may not be known yet."""
    parent = as_object(request.get("parent"))
    spec = as_object(parent.get("spec"))
    rest = {name: part for name, part in spec.items() if name not in ("zone", "zones")}
    return request | {"parent": parent | {"spec": rest | {"zone": {"name": "any"}}}}


def _without_overrides(request: Obj) -> Obj:
    """Return the request of a resource without patches, in which anything may be."""
    parent = as_object(request.get("parent"))
    spec = as_object(parent.get("spec"))
    rest = {name: part for name, part in spec.items() if name != "overrides"}
    return request | {"parent": parent | {"spec": rest}}


def _without_children(request: Obj) -> Obj:
    """Return the request if nothing was made of the resource yet."""
    children, related = (as_object(request.get(name)) for name in ("children", "related"))
    others: Obj = {kind: {} for kind in RELATED_KINDS.values()}
    others |= {kind: _others(found, children.get(kind)) for kind, found in related.items()}
    bare = {"children": {kind: {} for kind in children}, "related": others}
    return request | bare | {"parent": going_on(as_object(request.get("parent")))}


def _others(related: Any, children: Any) -> Obj:
    """Return the related objects that are no children."""
    known = as_object(children)
    return {key: other for key, other in as_object(related).items() if key not in known}


@dataclass(frozen=True, slots=True)
class _Masking:
    """One way to replace the values of a call; numbers begin anew with each."""

    public: Public
    known: frozenset[str]
    digests: tuple[str, ...]

    def of(self, request: Obj, response: Obj, digests: dict[str, str]) -> tuple[Obj, Obj]:
        """Return request and response, given what some digests became."""
        words = Words(Numbers(), self.known, numbered(self.digests, digests))
        objects = Objects(words, self.public)
        return objects.masked(request), objects.masked(response)


def _masked(exchange: Exchange) -> tuple[Obj, Obj]:
    request, response = exchange.request, exchange.response
    public = public_of(exchange)
    found = (digest for _, digest in digests_in([request, response]))
    masking = _Masking(public, known_values([request, response], public), tuple(found))
    known: dict[str, str] = {}
    masked = masking.of(request, response, known)
    if not masking.digests:
        return masked
    for pairs in _rounds(exchange, masking):
        known |= pairs
    return masking.of(request, response, known)


def _rounds(exchange: Exchange, masking: _Masking) -> Iterator[dict[str, str]]:
    """Yield what digests became, each time with those that were found before in the request."""
    known: dict[str, str] = {}
    for number in range(ROUNDS):
        masked, _ = masking.of(exchange.request, {}, known)
        found = seeds(exchange.request, masked, exchange.facts)
        if number == 0:
            found |= _of_variants(exchange, masked)
        found |= paired(exchange.response, _response(exchange, masked))
        if found.items() <= known.items():
            return
        known |= found
        yield found


def _of_variants(exchange: Exchange, masked: Obj) -> dict[str, str]:
    """Return what digests become where nothing observed, or nothing noted, is kept."""
    found: dict[str, str] = {}
    for variant in (without_marks, _without_children):
        before, after = (
            _response(exchange, variant(request)) for request in (exchange.request, masked)
        )
        found |= paired(before, after)
    return found


def _response(exchange: Exchange, request: Obj) -> Obj:
    try:
        return response_of(exchange.hook, request, exchange.facts, exchange.at)
    except HookError:
        return {}
