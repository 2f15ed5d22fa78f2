"""The service as a webhook of the API server, reached by its address instead of a Service."""

import tempfile
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from hooks.rules import TABLE
from tests.cluster.api import Api, Obj, wait_for
from tests.http.authority import Authority, authority_in
from tests.http.service import LOOPBACK, Service, free_port, running
from tests.support.rules import example

VALIDATING = Path("deploy/components/webhooks/configuration.yaml")
MUTATING = Path("deploy/components/defaulting/configuration.yaml")
TRIED = next(rule for rule in TABLE if rule.identifier == "configuration-yaml")
"""A rule that no layer before the webhook sees."""


@dataclass(frozen=True)
class Webhooks:
    """A running service, and the address that the API server knows."""

    service: Service
    authority: Authority
    port: int


@contextmanager
def installed(api: Api, *files: Path, **settings: str) -> Iterator[Webhooks]:
    """Run the service with the settings, and let the API server ask it as the files say."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        directory = Path(name)
        authority = authority_in(directory)
        (directory / "run").mkdir()
        port = free_port()
        secure = {**authority.settings(), "ADMISSION_PORT": str(port), **settings}
        service = stack.enter_context(
            running(directory / "run", ca_file=str(authority.ca_file), **secure)
        )
        webhooks = Webhooks(service, authority, port)
        for file in files:
            stack.enter_context(_configured(api, file, webhooks))
        if VALIDATING in files:
            wait_for(lambda: _is_asked(api), "the API server asks the webhook")
        yield webhooks


@contextmanager
def _configured(api: Api, file: Path, webhooks: Webhooks) -> Iterator[None]:
    (configuration,) = yaml.safe_load_all(file.read_text())
    for webhook in configuration["webhooks"]:
        service = webhook["clientConfig"]["service"]
        webhook["clientConfig"] = {
            "url": f"https://{LOOPBACK}:{webhooks.port}{service['path']}",
            "caBundle": b64encode(webhooks.authority.ca_file.read_bytes()).decode(),
        }
    api.apply(configuration)
    try:
        yield
    finally:
        api.delete(configuration)


def _is_asked(api: Api) -> bool:
    return f"(rule {TRIED.identifier})" in told(api, example(TRIED, TRIED.bad))


def told(api: Api, obj: Obj) -> str:
    """Return what the API server says of the object: warnings, or why it refuses it."""
    query = {"fieldValidation": "Strict", "dryRun": "All"}
    response = api.session.post(api.url(obj, named=False), params=query, json=obj)
    return response.headers.get("Warning", "") + ("" if response.ok else response.text)
