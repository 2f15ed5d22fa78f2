"""Resources that are made to cost much: lists and texts of any size, or anything for a field."""

from hypothesis import strategies as st

from hooks.kube.objects import Obj
from hooks.rules.answer_size import MOST_BYTES
from hooks.sync import sync
from hooks.wire import decode, encode
from tests.property import specs
from tests.support import hook
from tests.support.hostile import GROWING
from tests.support.resources import agent, merged

ACCEPTED = 1_500_000
"""Bytes of a resource, beyond which etcd takes none."""

STATUS = 64 * 1024
MOST_PARTS = 4
FIELDS = ("agent", "zones", "overrides", "k8s_sensor", "cluster")


@st.composite
def hostile_specs(draw: st.DrawFn, fractions: tuple[float, ...]) -> tuple[str, Obj]:
    """Draw a few lists of a fraction of what is taken, and perhaps anything in place of a field.

    With what it is, for a report.
    """
    part = st.tuples(st.sampled_from(sorted(GROWING)), st.sampled_from(fractions))
    parts = draw(st.lists(part, max_size=MOST_PARTS))
    spec: Obj = {}
    for name, fraction in parts:
        most, make = GROWING[name]
        spec = merged(spec, make(int(most * fraction)))
    if draw(st.booleans()):
        spec |= {draw(st.sampled_from(FIELDS)): draw(specs.json_values())}
    return ", ".join(f"{name} x {fraction}" for name, fraction in parts), spec


def answered(spec: Obj) -> tuple[bytes, ...]:
    """Return the two requests of the resource, at first and at rest, whose answers are in bounds.

    None for what the API server does not store.
    """
    parent = agent(spec)
    if len(encode(parent)) > ACCEPTED:
        return ()
    first = encode(hook.request(parent))
    answer = sync(decode(first), hook.FACTS, hook.NOW)
    at_rest = encode(hook.request(parent, observed=hook.stored(answer)))
    settled = sync(decode(at_rest), hook.FACTS, hook.NOW)
    for each in (answer, settled):
        assert len(encode(each)) <= MOST_BYTES + STATUS
    assert len(settled["children"]) >= len(answer["children"])
    return first, at_rest
