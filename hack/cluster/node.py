#!/usr/bin/env python3
"""Adds, removes, kills, revives and taints nodes of a cluster that `up` started.

kwok stands for the kubelet of each node that has a label. A killed node loses that label: nobody
reports of it or of its pods any more, and after NODE_SECONDS of `up` the node-lifecycle controller
says so.
"""

import argparse
import json
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

KUBELET = "hack.example/kubelet"
RUNS, STOPPED = "runs", "stopped"
CAPACITY = {"cpu": "16", "memory": "64Gi", "ephemeral-storage": "100Gi", "pods": "110"}
BUILD = Path(__file__).with_name("build")


def node(name: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Return a node, as its kubelet registers it."""
    system = {"kubernetes.io/os": arguments.os, "kubernetes.io/arch": arguments.arch}
    labels = {"kubernetes.io/hostname": name, **system, KUBELET: RUNS, **arguments.labels}
    addresses = [
        {"type": "InternalIP", "address": address(name)},
        {"type": "Hostname", "address": name},
    ]
    info = dict.fromkeys(("bootID", "machineID", "systemUUID", "kubeProxyVersion"), "") | {
        "operatingSystem": arguments.os,
        "architecture": arguments.arch,
        "kubeletVersion": "kwok",
        "containerRuntimeVersion": "kwok",
        "kernelVersion": "kwok",
        "osImage": "kwok",
    }
    status = {"addresses": addresses, "nodeInfo": info, "capacity": CAPACITY}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": {"taints": arguments.taints},
        "status": status | {"allocatable": CAPACITY},
    }


def address(name: str) -> str:
    """Return an address that follows from the name, out of 172.16.0.0/12."""
    tail = zlib.crc32(name.encode())
    return f"172.{16 + (tail >> 16) % 16}.{(tail >> 8) % 256}.{tail % 256}"


def pairs(text: str) -> dict[str, str]:
    """Return the labels of KEY=VALUE,KEY=VALUE."""
    return dict(each.split("=", 1) for each in text.split(",") if each)


def taints(text: str) -> list[dict[str, str]]:
    """Return the taints of KEY[=VALUE]:EFFECT,KEY[=VALUE]:EFFECT."""
    return [taint(each) for each in text.split(",") if each]


def taint(text: str) -> dict[str, str]:
    """Return the taint of KEY[=VALUE]:EFFECT."""
    what, effect = text.rsplit(":", 1)
    key, _, value = what.partition("=")
    return {"key": key, "value": value, "effect": effect}


def commands(arguments: argparse.Namespace) -> list[list[str]]:
    """Return what kubectl is to do; for new nodes it reads their manifests."""
    names = arguments.names
    match arguments.verb:
        case "add":
            return [["create", "--filename", "-"]]
        case "remove":
            # The garbage collector takes a minute to find out that the node of a pod is gone.
            ended = ["delete", "pod", "--all-namespaces", "--force", "--grace-period", "0"]
            places = [["--field-selector", f"spec.nodeName={name}"] for name in names]
            return [["delete", "node", *names], *([*ended, *place] for place in places)]
        case "kill" | "revive" as verb:
            state = RUNS if verb == "revive" else STOPPED
            return [["label", "--overwrite", "node", *names, f"{KUBELET}={state}"]]
        case _:
            return [["taint", "--overwrite", "node", *names, *arguments.taint]]


def run(arguments: argparse.Namespace) -> int:
    """Do what is asked; returns the exit code of the first kubectl that fails, else 0."""
    kubectl = arguments.kubectl or f"{subprocess.check_output([BUILD], text=True).strip()}/kubectl"
    items = [node(name, arguments) for name in arguments.names] if arguments.verb == "add" else []
    manifests = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
    done = (
        subprocess.run([kubectl, *words], input=manifests, text=True, check=False).returncode
        for words in commands(arguments)
    )
    return next((code for code in done if code), 0)


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--kubectl", help="kubectl to use (the one that is built with the cluster)")
    verbs = result.add_subparsers(dest="verb", required=True)
    add = verbs.add_parser("add", help="add nodes")
    add.add_argument("--labels", type=pairs, default={}, metavar="KEY=VALUE,...")
    add.add_argument("--taints", type=taints, default=[], metavar="KEY=VALUE:EFFECT,...")
    add.add_argument("--os", default="linux")
    add.add_argument("--arch", default="amd64")
    tainting = verbs.add_parser("taint", help="taint nodes; KEY- removes a taint")
    tainting.add_argument("--taint", action="append", required=True, metavar="KEY=VALUE:EFFECT")
    others = [
        verbs.add_parser("remove", help="remove nodes, with their pods"),
        verbs.add_parser("kill", help="let nodes fall silent, with all their pods"),
        verbs.add_parser("revive", help="let killed nodes report again"),
    ]
    for each in [add, tainting, *others]:
        each.add_argument("names", nargs="+", metavar="NAME")
    return result


if __name__ == "__main__":
    sys.exit(run(parser().parse_args()))
