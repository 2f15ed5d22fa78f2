"""What the service computes and does not return: workloads that wait, and former digests."""

from collections.abc import Iterator
from hashlib import sha256

from hooks.desired import build_context
from hooks.desired.agent.daemonset import agent_daemonsets
from hooks.desired.k8sensor.deployment import k8sensor_deployments
from hooks.desired.passes.retain_templates import pods_made_for
from hooks.errors import HookError, InvalidResource
from hooks.facts import Facts
from hooks.kube.objects import Obj, as_object
from hooks.models import InstanaAgent
from hooks.recording.digests import DIGEST
from hooks.rules import parse_agent, read_agent
from hooks.wire import sync_request


def workloads(request: Obj, facts: Facts) -> list[Obj]:
    """Return the workloads of a resource also where they wait for what is missing.

    Those of an invalid resource come without what it adds to pods, in which anything may be.
    """
    try:
        asked = sync_request(request)
        agent = _checked(asked.parent) or read_agent(_without_additions(asked.parent))
        context = build_context(agent, asked.children, asked.related, facts)
        built = (*agent_daemonsets(context), *k8sensor_deployments(context))
    except (HookError, ValueError):
        return []
    return [workload.child for workload in built]


def _checked(parent: Obj) -> InstanaAgent | None:
    """Return the InstanaAgent if it breaks no rule: builders expect no other."""
    try:
        return parse_agent(parent)
    except InvalidResource:
        return None


def _without_additions(parent: Obj) -> Obj:
    """Return the resource without the parts that may hold any part of a pod."""
    spec = as_object(parent.get("spec"))
    sensor = as_object(spec.get("k8s_sensor"))
    rest = {
        "agent": _without_pod(as_object(spec.get("agent"))),
        "k8s_sensor": sensor | {"deployment": _without_pod(as_object(sensor.get("deployment")))},
    }
    return parent | {"spec": spec | rest}


def _without_pod(part: Obj) -> Obj:
    return {name: value for name, value in part.items() if name != "pod"}


def seeds(original: Obj, masked: Obj, facts: Facts) -> dict[str, str]:
    """Return what each of these digests of a request is with stand-ins; nothing if unreadable."""
    try:
        return dict(zip(_digests(original, facts), _digests(masked, facts), strict=True))
    except (HookError, ValueError):
        return {}


def _digests(request: Obj, facts: Facts) -> Iterator[str]:
    asked = sync_request(request)
    context = build_context(read_agent(asked.parent), asked.children, asked.related, facts)
    if agent := _checked(asked.parent):
        yield from DIGEST.findall(pods_made_for(agent))
    for backend in context.backends:
        for key in (backend.key.value, ""):
            # As `is_checksum_of_go_operator` computes it.
            yield sha256(f"{backend.host}{backend.port}{key}".encode()).hexdigest()
