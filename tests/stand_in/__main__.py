"""`python -m tests.stand_in`: stands in for Metacontroller in tests, with the flags they give it.

It knows what this project uses of Metacontroller 4.17: CompositeController and DecoratorController
with hooks of version v2, the update method InPlace, both ways to apply. What it does not know it
refuses, with an event on the controller; no call waits for the rate that a client may have.
KUBECONFIG names the account that it works as.
"""

import argparse
import logging
import os
import signal
import sys
import threading
import traceback
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.stand_in.addresses import metrics, serve
from tests.stand_in.api_server import ApiServer
from tests.stand_in.children import Applier, DynamicApply, ServerSideApply
from tests.stand_in.controllers import Tools
from tests.stand_in.events import COMPONENT, Events
from tests.stand_in.informers import Informers
from tests.stand_in.running import Controllers

STRATEGIES = ("dynamic-apply", "server-side-apply")


def main() -> None:
    options = _options()
    logging.basicConfig(
        stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s"
    )
    threading.excepthook = _end_with
    signal.signal(signal.SIGTERM, _end)
    api = ApiServer(Path(os.environ["KUBECONFIG"]))
    with TemporaryDirectory() as folder:
        tools = Tools(api, Informers(api), Events(api), _applier(api, options), Path(folder))
        Controllers(tools).run()
        serve(options.health_probe_bind_address, {"/readyz": lambda: "ok"})
        serve(options.metrics_address, {"/metrics": lambda: metrics(api)})
        threading.Event().wait()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="stand_in", description=__doc__, allow_abbrev=False)
    parser.add_argument("--apply-strategy", choices=STRATEGIES, default=STRATEGIES[0])
    parser.add_argument("--apply-strategy-ssa-field-manager", default=COMPONENT)
    parser.add_argument("--metrics-address", required=True)
    parser.add_argument("--health-probe-bind-address", required=True)
    for flag in ("--client-go-qps", "--client-go-burst"):
        parser.add_argument(flag, help="of no effect: no call waits")
    return parser.parse_args()


def _applier(api: ApiServer, options: argparse.Namespace) -> Applier:
    if options.apply_strategy == STRATEGIES[0]:
        return DynamicApply(api)
    return ServerSideApply(api, options.apply_strategy_ssa_field_manager)


def _end(*_: Any) -> None:
    """End with the exception that lets the folder be removed; threads are not waited for."""
    raise SystemExit(0)


def _end_with(problem: threading.ExceptHookArgs) -> None:
    """End as a program in Go does when one of its threads panics."""
    traceback.print_exception(problem.exc_type, problem.exc_value, problem.exc_traceback)
    sys.stderr.flush()
    os._exit(1)


if __name__ == "__main__":
    main()
