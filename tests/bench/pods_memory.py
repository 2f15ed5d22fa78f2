"""The memory that a call with the pods of 5,000 nodes takes, of a service as it is shipped."""

import tempfile
from pathlib import Path
from typing import Final

import yaml

from hooks.kube.objects import Obj
from hooks.kube.quantities import quantity_value
from tests.bench.figures import Figure
from tests.bench.pods import with_pods
from tests.http.service import Service, running
from tests.recorded import Recorded

PODS: Final = 5_000
CALLS: Final = 3
SECONDS: Final = 60.0
DEPLOYMENT: Final = Path("deploy/base/deployment.yaml")
MEBIBYTE: Final = 2**20
HEADERS: Final = {"Content-Type": "application/json"}


def pods_memory_figure() -> Figure:
    """Measure the most memory that a worker takes for such calls, against its shipped limit."""
    container = _shipped()
    limit = float(quantity_value(container["resources"]["limits"]["memory"])) / MEBIBYTE
    settings = {each["name"]: each.get("value") for each in container["env"]}
    request = Recorded("sync", "healthy").request
    request["parent"]["spec"]["podStatus"] = "Enabled"
    body = with_pods(request, PODS)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), POD_STATUS="true", **_bounds(settings)) as service,
    ):
        for _ in range(CALLS):
            found = service.request("POST", "/sync", data=body, headers=HEADERS, timeout=SECONDS)
            found.raise_for_status()
        peak = _peak(service)
    return Figure(f"memory of {PODS:,} pods, {len(body) / 1e6:.0f} MB", peak, limit, "MiB", 1.0)


def _shipped() -> Obj:
    """Return the service's container as it is shipped."""
    deployment = yaml.safe_load(DEPLOYMENT.read_text(encoding="utf-8"))
    container: Obj = deployment["spec"]["template"]["spec"]["containers"][0]
    return container


def _bounds(settings: Obj) -> dict[str, str]:
    return {name: value for name, value in settings.items() if name.endswith("_BYTES")}


def _peak(service: Service) -> float:
    """Return the most memory that the worker has had, in MiB."""
    pid = service.process.pid
    worker = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0]
    lines = Path(f"/proc/{worker}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


if __name__ == "__main__":
    print(pods_memory_figure())
