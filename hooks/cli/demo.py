"""`python -m hooks demo`: starts the service here, calls it once, shows the response as a table."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection
from typing import BinaryIO

import click
import orjson

from hooks.admission import errors_in
from hooks.cli.inputs.agents import agents_in, end_if_invalid, end_if_none_is_served, is_served
from hooks.cli.inputs.files import (
    GivenDocument,
    GivenFile,
    content_of,
    documents_of_content,
    give_up,
)
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.kube.workloads import pod_spec
from hooks.server.settings import Settings, SettingsError, from_environ

LOOPBACK = "127.0.0.1"
PARENT = "parent"
"""The field of a request that has the InstanaAgent."""
PLAIN_HTTP = {"INSECURE": "1", "TLS_CERT_FILE": "", "TLS_KEY_FILE": "", "TOKENS_FILE": ""}
START_SECONDS = 30.0
POLL_SECONDS = 0.1
RESPONSE_SECONDS = 10.0


@click.command("demo")
@click.argument("request_file", type=GivenFile(), metavar="FILE")
@click.option("--once", is_flag=True, envvar="ONCE", help="Exit after the response.")
def demo_command(request_file: BinaryIO, *, once: bool) -> None:
    """Start the service here, send it a recorded sync request, show the response, keep serving.

    Warnings about the InstanaAgent in the request go to standard error. Exit code 2, with the
    problems that `validate` finds: the InstanaAgent is invalid; 1: the file cannot be used.
    """
    settings = _settings()
    content = content_of(request_file)
    _end_if_invalid(documents_of_content(content, request_file.name, PARENT), settings.facts)
    sys.exit(demonstrate(content, request_file.name, settings, once=once))


def _settings() -> Settings:
    """Return the settings of the service that is started; ends the command if one is invalid."""
    try:
        return from_environ(os.environ | PLAIN_HTTP)
    except SettingsError as error:
        give_up(str(error))


def _end_if_invalid(parents: list[GivenDocument], facts: Facts) -> None:
    """Report the problems of the resources in a request as `validate` does for files."""
    end_if_none_is_served(parents)
    known = filter(is_served, agents_in(parents))
    found = [problem for agent in known for problem in errors_in(agent.resource, facts)]
    end_if_invalid(parents, found)


def demonstrate(request: bytes, name: str, settings: Settings, *, once: bool) -> int:
    """Serve on loopback, send the recorded request, print children and status.

    `name` is the name of the request's file. Serves until it is interrupted, unless `once`. Returns
    the exit code.
    """
    port = settings.port if _is_free(settings.port) else _free_port()
    for end in (signal.SIGINT, signal.SIGTERM):
        # The parent process may have ignored these signals, but the server ends with this process.
        signal.signal(end, signal.default_int_handler)
    process = _start(port)
    try:
        _wait_until_ready(process, port)
        response, milliseconds = _ask(port, request)
        _show(response, name, f"http://{LOOPBACK}:{port}", milliseconds)
        if not once:
            click.echo(f"\nServing on http://{LOOPBACK}:{port} until Ctrl-C.")
            return process.wait()
    except KeyboardInterrupt:
        click.echo()
    finally:
        process.terminate()
        process.wait()
    return 0


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex((LOOPBACK, port)) != 0


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def _start(port: int) -> subprocess.Popen[bytes]:
    environ = os.environ | PLAIN_HTTP | {"HOST": LOOPBACK, "PORT": str(port), "LOG_LEVEL": "error"}
    # In its own session: Ctrl-C reaches only this process, which then ends the server.
    return subprocess.Popen(
        [sys.executable, "-m", "hooks", "serve"], env=environ, start_new_session=True
    )


def _wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if _call(port, "GET", "/readyz")[0] == HTTPStatus.OK:
                return
        except OSError:
            time.sleep(POLL_SECONDS)
    msg = "the service did not become ready: run `python -m hooks serve` to see why"
    raise click.ClickException(msg)


def _ask(port: int, request: bytes) -> tuple[Obj, float]:
    started = time.perf_counter()
    status, body = _call(port, "POST", "/sync", request)
    milliseconds = (time.perf_counter() - started) * 1000
    if status != HTTPStatus.OK:
        msg = f"the service responded with {status}: {body.decode(errors='replace').strip()}"
        raise click.ClickException(msg)
    response: Obj = orjson.loads(body)
    return response, milliseconds


def _call(port: int, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    with closing(HTTPConnection(LOOPBACK, port, timeout=RESPONSE_SECONDS)) as connection:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read()


def _show(response: Obj, name: str, address: str, milliseconds: float) -> None:
    click.echo(f"POST {address}/sync with {name}: responded in {milliseconds:.1f} ms\n")
    children = response["children"]
    rows = [(child["kind"], child["metadata"]["name"], summary(child)) for child in children]
    _print_table(("KIND", "NAME", "SUMMARY"), rows)
    click.echo("\nStatus:")
    conditions = response["status"]["conditions"]
    _print_table(
        ("CONDITION", "STATUS", "REASON", "MESSAGE"),
        [
            (condition["type"], condition["status"], condition["reason"], condition["message"])
            for condition in conditions
        ],
    )


def summary(child: Obj) -> str:
    """Return what matters most about a child; never a value of a Secret."""
    spec = child.get("spec") or {}
    match child["kind"]:
        case "DaemonSet":
            volumes = pod_spec(child)["volumes"]
            return f"{_image(child)}, {len(volumes)} volumes, host network"
        case "Deployment":
            return f"{spec['replicas']} × {_image(child)}"
        case "Service":
            ports = ", ".join(f"{port['name']} {port['port']}" for port in spec["ports"])
            return f"headless: {ports}" if spec.get("clusterIP") == "None" else ports
        case "PodDisruptionBudget":
            return f"at least {spec['minAvailable']} available"
        case "Secret" | "ConfigMap":
            return ", ".join(child.get("data") or {})
        case _:
            return ""


def _image(workload: Obj) -> str:
    return str(pod_spec(workload)["containers"][0]["image"])


def _print_table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header) - 1)]
    for row in [header, *rows]:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        click.echo("  ".join([*cells, row[-1]]).rstrip())
