"""What the service computes and does not return: workloads that wait, and former digests."""

from collections.abc import Iterator
from hashlib import sha256

from hooks.desired import build_context
from hooks.desired.agent.daemonset import agent_daemonsets
from hooks.desired.k8sensor.deployment import k8sensor_deployments
from hooks.desired.passes.retain_templates import pods_made_for
from hooks.errors import HookError
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.recording.digests import DIGEST
from hooks.rules import read_agent
from hooks.wire import sync_request


def workloads(request: Obj, facts: Facts) -> list[Obj]:
    """Return the workloads of a resource also where they wait for what is missing."""
    try:
        asked = sync_request(request)
        context = build_context(read_agent(asked.parent), asked.children, asked.related, facts)
        built = (*agent_daemonsets(context), *k8sensor_deployments(context))
    except (HookError, ValueError):
        return []
    return [workload.child for workload in built]


def seeds(original: Obj, masked: Obj, facts: Facts) -> dict[str, str]:
    """Return what each of these digests of a request is with stand-ins; nothing if unreadable."""
    try:
        return dict(zip(_digests(original, facts), _digests(masked, facts), strict=True))
    except (HookError, ValueError):
        return {}


def _digests(request: Obj, facts: Facts) -> Iterator[str]:
    asked = sync_request(request)
    agent = read_agent(asked.parent)
    context = build_context(agent, asked.children, asked.related, facts)
    yield from DIGEST.findall(pods_made_for(agent))
    for backend in context.backends:
        for key in (backend.key.value, ""):
            # As `is_checksum_of_go_operator` computes it.
            yield sha256(f"{backend.host}{backend.port}{key}".encode()).hexdigest()
