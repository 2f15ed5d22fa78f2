"""A hook: a POST, whose answer 200 alone is a success, with what the controller says of it."""

import re
import time
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import ceil
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

import orjson
import requests
from requests.adapters import HTTPAdapter

from hooks.kube.objects import Identity, Obj, identity
from tests.stand_in.api_server import ApiServer

Value = TypeVar("Value")

CONNECTIONS = 20
DEFAULT_SECONDS = 10.0
DURATION = re.compile(r"(\d+)(ms|s|m)")
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0}


class CallFailed(Exception):
    """There is no answer, or it is none."""


@dataclass
class TooManyRequests(Exception):
    """The service asks for some time: that is no error."""

    seconds: int


class Cache(Generic[Value]):
    """Values that are forgotten after a while."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._values: dict[tuple[str, ...], tuple[float, Value]] = {}

    def get(self, key: tuple[str, ...]) -> Value | None:
        until, value = self._values.get(key, (0.0, None))
        return value if self._clock() < until else None

    def set(self, key: tuple[str, ...], value: Value) -> None:
        self._values[key] = (self._clock() + self._seconds, value)


class Webhook:
    """One hook of a controller; credentials are read when it is made, and then no more."""

    def __init__(self, api: ApiServer, hook: Obj, endpoints: list[Obj], folder: Path) -> None:
        if hook.get("version") != "v2":
            msg = "only hooks of version v2 are known here"
            raise CallFailed(msg)
        self._api = api
        self._url: str = hook["webhook"]["url"]
        self._seconds = seconds_of(hook["webhook"].get("timeout", ""))
        self._authorities: str | bool = True
        """A file, which counts for each call: of a session, the environment names another one."""
        self._session = requests.Session()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=CONNECTIONS))
        etag = hook["webhook"].get("etag") or {}
        self._answers: Cache[tuple[str, bytes]] | None = (
            Cache(etag["cacheTimeoutSeconds"]) if etag.get("enabled") else None
        )
        host = urlsplit(self._url).netloc
        for endpoint in [each for each in endpoints if each["host"] == host][:1]:
            self._trust(endpoint, folder)

    def call(self, root: Obj, request: Obj) -> bytes:
        """Return the answer to a request about the root object, perhaps a remembered one."""
        known = self._answers.get(identity(root)) if self._answers else None
        response = self._post(request, {"If-None-Match": known[0]} if known else {})
        if response.status_code == requests.codes.too_many_requests:
            raise TooManyRequests(waiting_seconds(response.headers.get("Retry-After", "")))
        if known and response.status_code == requests.codes.not_modified:
            return known[1]
        if response.status_code != requests.codes.ok:
            msg = f"unsupported status code: {response.status_code} body: {response.text}"
            raise CallFailed(msg)
        self._remember(identity(root), response)
        return response.content

    def _post(self, request: Obj, headers: dict[str, str]) -> requests.Response:
        try:
            return self._session.post(
                self._url,
                orjson.dumps(request),
                headers={"Content-Type": "application/json", **headers},
                timeout=self._seconds,
                verify=self._authorities,
            )
        except requests.RequestException as problem:
            msg = f"http error: {problem}"
            raise CallFailed(msg) from problem

    def _remember(self, key: Identity, response: requests.Response) -> None:
        if self._answers and (tag := response.headers.get("ETag")):
            self._answers.set(key, (tag, response.content))

    def _trust(self, endpoint: Obj, folder: Path) -> None:
        if authorization := endpoint.get("authorization"):
            token = self._from_secret(authorization["secretRef"]).decode().strip()
            kind = authorization.get("type", "Bearer")
            self._session.headers["Authorization"] = f"{kind} {token}"
        if bundle := endpoint.get("caBundle"):
            file = folder / f"{uuid4()}.crt"
            file.write_bytes(self._from_secret(bundle["secretRef"]))
            self._authorities = str(file)

    def _from_secret(self, reference: Obj) -> bytes:
        place, name = reference["namespace"], reference["name"]
        secret = self._api.call("GET", f"api/v1/namespaces/{place}/secrets/{name}")
        return b64decode(secret["data"][reference["key"]])


def seconds_of(duration: str) -> float:
    """Return the seconds of a duration as Go writes it, such as `10s`."""
    parts = DURATION.findall(duration)
    return sum(int(number) * UNITS[unit] for number, unit in parts) or DEFAULT_SECONDS


def waiting_seconds(retry_after: str) -> int:
    """Return the seconds of a header `Retry-After`, which may be a date."""
    if retry_after.isdecimal():
        return int(retry_after)
    try:
        date = parsedate_to_datetime(retry_after)
    except ValueError:
        return 0
    return max(ceil((date - datetime.now(UTC)).total_seconds()), 0)
