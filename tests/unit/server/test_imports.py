"""What the running service must not load: time at start-up and memory."""

import os
import subprocess
import sys

PROGRAM = """
import sys, hooks.cli.program.command_line, hooks.cli.serve
import hooks.server.gunicorn_conf, hooks.server.wsgi
print(*(module for module in sys.argv[1:] if module in sys.modules))
"""


def test_the_service_loads_no_tools_of_tests_and_command_line() -> None:
    unwanted = ["deepdiff", "requests", "pytest", "click.testing", "hooks.generate.crd"]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *unwanted],
        env=os.environ | {"INSECURE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == []


HELP = """
import sys
from hooks.cli.program.start import run
sys.argv = ["instana-hooks", "--help"]
try:
    run()
except SystemExit:
    print(*sorted({module.partition(".")[0] for module in sys.modules}), file=sys.stderr)
"""


def test_help_loads_no_models_and_no_service() -> None:
    done = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())

    assert "click" in loaded
    assert not loaded & {"pydantic", "flask", "orjson", "msgspec", "structlog", "yaml", "requests"}
