"""Which Secret or ConfigMap that pods read as they start was written, and which entries of it.

It uses the times that the API server records for each field in `metadata.managedFields`, and reads
no value. The API server records one time for all entries that a client wrote together, of which at
least one has another value.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import Final, TypeAlias

from hooks.desired.inputs.context import Context
from hooks.desired.passes.start_values import holders_of, named_entries
from hooks.kube.managed_fields import written_part
from hooks.kube.objects import Obj
from hooks.kube.times import seconds_between
from hooks.status.condition import several

NEW_VALUES: Final = "values of Secrets or ConfigMaps that pods read when they start"
"""What the status says if it is not known which."""

LATE_SECONDS: Final = 60
"""An entry that was written at most this long before a workload may be the cause of that write."""

Entry: TypeAlias = tuple[str, str, str]
"""Kind, name, and entry."""


def rotation(
    context: Context, children: list[Obj], workload: Obj, observed: Obj | None, *, is_late: bool
) -> str:
    """Return the entries for which pods of a workload are replaced, "" if none is known.

    These are the entries that were written after its pod template. If the new template is written
    already (`is_late`), they are the last entries that were written shortly before it.
    """
    written = written_part(observed or {}, "spec", "template")
    if not written:
        return ""
    times = {
        entry: _time(context, entry)
        for entry in named_entries(holders_of(context, children), workload)
    }
    newer = [entry for entry, time in times.items() if time > written]
    return _as_text(newer or (_latest(times, written) if is_late else []))


def _latest(times: dict[Entry, str], written: str) -> list[Entry]:
    latest = max(times.values(), default="")
    if not latest or seconds_between(latest, written) > LATE_SECONDS:
        return []
    return [entry for entry, time in times.items() if time == latest]


def _time(context: Context, entry: Entry) -> str:
    kind, name, key = entry
    found = context.related.get(f"{kind}.v1", context.agent.namespace, name) or {}
    return max(written_part(found, field, key) for field in ("data", "binaryData"))


def _as_text(entries: Iterable[Entry]) -> str:
    objects = [
        f"{kind} {name}, entry {several([entry[2] for entry in of_one], ' or ')}"
        for (kind, name), of_one in groupby(sorted(entries), key=lambda entry: entry[:2])
    ]
    return f"a new value of {several(objects, ', or of ')}" if objects else ""
