"""Entries of Secrets with white space at their ends, as `echo key | base64` leaves it there.

What is copied of such an entry has none, but pods read the entry itself, with all of it.
"""

from dataclasses import dataclass

from hooks.contract import SECRET
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.credentials import Credential
from hooks.kube.encoding import as_pods_read_it
from hooks.models.references import OF_VARIABLES

LINE_BREAKS = ("\r", "\n")


@dataclass(frozen=True, order=True, slots=True)
class Untrimmed:
    """An entry of a Secret, and what is at its ends."""

    secret: str
    entry: str
    what: str


def untrimmed_entries(context: Context) -> list[Untrimmed]:
    """Return what pods read as one line with white space at its ends, by Secret and entry.

    Of a text with several lines, such as a certificate, the last line break belongs to it.
    """
    read = sorted(_credentials(context) | _variables(context))
    found = [Untrimmed(*each, _ends_of(context, *each)) for each in read]
    return [each for each in found if each.what]


def _credentials(context: Context) -> set[tuple[str, str]]:
    return {
        (each.source.secret, each.source.entry)
        for each in _read_by_pods(context)
        if each.source and not each.source.is_own
    }


def _read_by_pods(context: Context) -> tuple[Credential, ...]:
    """Return the credentials that pods read: the URL of the proxy only where there is one."""
    credentials = context.credentials
    proxy = (credentials.https_proxy,) if context.agent.spec.agent.proxy_host else ()
    return (*credentials.keys, *credentials.of_agent, *proxy)


def _variables(context: Context) -> set[tuple[str, str]]:
    return {
        (each.name, entry)
        for each in context.references
        if each.path.endswith(OF_VARIABLES)
        for entry in each.entries
    }


def _ends_of(context: Context, name: str, entry: str) -> str:
    """Return what is wrong with the ends of an entry; empty if nothing is, or it is not known."""
    secret = context.related.get(SECRET, context.agent.namespace, name)
    text = as_pods_read_it(secret or {}, entry)
    line = text.strip()
    is_line = bool(line) and not any(each in line for each in LINE_BREAKS)
    return _said(text) if is_line and line != text else ""


def _said(text: str) -> str:
    if any(each in text[len(text.rstrip()) :] for each in LINE_BREAKS):
        return "ends in a line break"
    return "ends in white space" if text != text.rstrip() else "begins with white space"
