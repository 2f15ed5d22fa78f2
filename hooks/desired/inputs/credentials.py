"""Every credential: what it is called in pods and Secrets, its value, and where a pod reads it.

Names of entries of the keys Secret: the Go operator's `docs/secret-mounts.md`, those of the
variables its environment builder.
"""

from dataclasses import dataclass

from hooks.desired import names
from hooks.kube.objects import Obj

AGENT_KEY = "INSTANA_AGENT_KEY"
DOWNLOAD_KEY = "INSTANA_DOWNLOAD_KEY"
PROXY_USER = "INSTANA_AGENT_PROXY_USER"
PROXY_PASSWORD = "INSTANA_AGENT_PROXY_PASSWORD"  # noqa: S105 - a name
HTTPS_PROXY = "HTTPS_PROXY"
RELEASE_MIRROR = "AGENT_RELEASE_REPOSITORY_MIRROR"
SHARED_MIRROR = "INSTANA_SHARED_REPOSITORY_MIRROR"


@dataclass(frozen=True, slots=True)
class Source:
    """The entry of a Secret in which a pod finds a credential."""

    secret: str
    entry: str
    is_own: bool = False
    """Whether the Secret is the one that is made from the resource."""


@dataclass(frozen=True, slots=True)
class Credential:
    """One credential.

    `variable`: name of its environment variable or file in a pod. `entry`: its name in the keys
    Secret. `inline`: its value in the resource, if that may hold. `value`: the one that holds,
    empty where there is none or it cannot be known. `source`: where a pod finds it, if there is
    one.
    """

    variable: str
    entry: str
    inline: str
    value: str
    source: Source | None
    is_known: bool
    """Whether the Secrets that it depends on could be read."""
    is_referenced: bool = False
    """Whether the resource names its entry of a Secret, which then must exist."""
    made_from: tuple["Credential", ...] = ()
    """Those whose values are in its own, as a login is in the URL of a proxy."""

    @property
    def is_settled(self) -> bool:
        """Return whether pods can get it, or certainly need none."""
        return self.is_known and not (self.is_referenced and self.is_lacking)

    @property
    def is_usable(self) -> bool:
        """Return whether it is there for certain."""
        return self.is_known and bool(self.value)

    @property
    def is_lacking(self) -> bool:
        """Return whether it is certain that there is none."""
        return self.is_known and not self.value


@dataclass(frozen=True, slots=True)
class Credentials:
    """All credentials of a resource; `keys` are those of the backends, the main one's first."""

    keys: tuple[Credential, ...]
    download_key: Credential
    proxy_user: Credential
    proxy_password: Credential
    mirrors: tuple[Credential, ...]
    https_proxy: Credential
    """The URL of the proxy, which may hold a password; empty without a proxy."""
    own_secret: str
    """The name of the Secret with the values that stand in the resource."""

    @property
    def of_agent(self) -> tuple[Credential, ...]:
        """Return what the agent's pods may read, as files or environment."""
        return (
            self.keys[0],
            self.download_key,
            self.proxy_user,
            self.proxy_password,
            *self.mirrors,
        )

    @property
    def all(self) -> tuple[Credential, ...]:
        """Return every credential."""
        return (*self.keys, *self.of_agent[1:], self.https_proxy)


def secrets_volume(name: str, sources: dict[str, Source], mode: int = names.OWNER_READABLE) -> Obj:
    """Return a volume of the files given by path: one Secret's, or a projection of several."""
    secrets = sorted({source.secret for source in sources.values()})
    if len(secrets) == 1:
        return {
            "name": name,
            "secret": {
                "defaultMode": mode,
                "items": _items(sources, secrets[0]),
                "secretName": secrets[0],
            },
        }
    return {
        "name": name,
        "projected": {
            "defaultMode": mode,
            "sources": [
                {"secret": {"items": _items(sources, secret), "name": secret}} for secret in secrets
            ],
        },
    }


def secret_key_ref(source: Source, *, optional: bool = False) -> Obj:
    """Return a `valueFrom` that reads the entry of a Secret."""
    reference: Obj = {"key": source.entry, "name": source.secret}
    return {"secretKeyRef": reference | ({"optional": True} if optional else {})}


def _items(sources: dict[str, Source], secret: str) -> list[Obj]:
    """Return the items of a volume: the files that one Secret gives, by path."""
    return [
        {"key": source.entry, "path": path}
        for path, source in sources.items()
        if source.secret == secret
    ]
