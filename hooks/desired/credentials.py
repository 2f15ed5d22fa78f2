"""Every credential: what it is called in pods and Secrets, its value, and where a pod reads it.

One rule for the agent and the k8sensor: an entry of the keys Secret wins, else the value in the
resource, which then lies in a Secret of ours. Names of entries: the Go operator's
`docs/secret-mounts.md`, those of the variables its environment builder.
"""

from dataclasses import dataclass
from urllib.parse import quote

from hooks.desired import names
from hooks.desired.key_store import MAIN_KEY, KeyStore
from hooks.kube.hosts import bracketed
from hooks.kube.objects import Obj
from hooks.models import InstanaAgent
from hooks.models.agent import AgentSpec

AGENT_KEY = "INSTANA_AGENT_KEY"
DOWNLOAD_KEY = "INSTANA_DOWNLOAD_KEY"
PROXY_USER = "INSTANA_AGENT_PROXY_USER"
PROXY_PASSWORD = "INSTANA_AGENT_PROXY_PASSWORD"  # noqa: S105 - a name
HTTPS_PROXY = "HTTPS_PROXY"
RELEASE_MIRROR = "AGENT_RELEASE_REPOSITORY_MIRROR"
SHARED_MIRROR = "INSTANA_SHARED_REPOSITORY_MIRROR"

USER_INFO_SAFE = "$&+,;=-_.~"
"""What Go's net/url leaves as it is in the user info of a URL."""


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
    Secret. `inline`: its value in the resource, if any. `value`: the one that holds, empty where
    there is none or it cannot be known. `source`: where a pod finds it, if there is one.
    """

    variable: str
    entry: str
    inline: str
    value: str
    source: Source | None


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


def resolve_credentials(agent: InstanaAgent, store: KeyStore) -> Credentials:
    """Return the credentials of the resource, with what the keys Secret says."""
    spec = agent.spec.agent
    resolver = _Resolver(agent, store)
    user = resolver.other(PROXY_USER, "proxyUser", spec.proxy_user)
    password = resolver.other(PROXY_PASSWORD, "proxyPassword", spec.proxy_password)
    url = _proxy_url(spec, user.value, password.value)
    return Credentials(
        keys=(
            resolver.key("", spec.key),
            *(
                resolver.key(f"-{position}", backend.key)
                for position, backend in enumerate(spec.additional_backends, start=1)
            ),
        ),
        download_key=resolver.download_key(spec.download_key),
        proxy_user=user,
        proxy_password=password,
        mirrors=_mirrors(resolver, spec),
        https_proxy=resolver.other(HTTPS_PROXY, "httpsProxy", url),
    )


@dataclass(frozen=True, slots=True)
class _Resolver:
    agent: InstanaAgent
    store: KeyStore

    @property
    def _own_secret(self) -> str:
        return names.keys_secret(self.agent.name, self.store.name)

    def key(self, suffix: str, inline: str) -> Credential:
        """Return the key of a backend.

        While the keys Secret cannot be read it is looked for there: pods wait for a Secret that is
        still to come. The main one is looked for there as well if it is nowhere.
        """
        variable, entry = f"{AGENT_KEY}{suffix}", f"{MAIN_KEY}{suffix}"
        own_entry = variable if self.agent.spec.use_secret_mounts else entry
        is_awaited = not self.store.is_known or (entry == MAIN_KEY and not inline)
        return self._credential(variable, entry, own_entry, inline, is_awaited=is_awaited)

    def download_key(self, inline: str) -> Credential:
        """Return the download key."""
        entry = "downloadKey"
        own_entry = DOWNLOAD_KEY if self.agent.spec.use_secret_mounts else entry
        return self._credential(DOWNLOAD_KEY, entry, own_entry, inline)

    def other(self, variable: str, entry: str, inline: str) -> Credential:
        """Return a credential whose entry in our Secret has the name of its variable."""
        return self._credential(variable, entry, variable, inline)

    def _credential(
        self, variable: str, entry: str, own_entry: str, inline: str, *, is_awaited: bool = False
    ) -> Credential:
        text = self.store.text(entry)
        source = None
        if text or (self.store.is_named and is_awaited):
            source = Source(self.store.name, entry)
        elif inline:
            source = Source(self._own_secret, own_entry, is_own=True)
        return Credential(variable, entry, inline, text or inline, source)


def secrets_volume(name: str, sources: dict[str, Source]) -> Obj:
    """Return a volume of the files given by path: one Secret's, or a projection of several."""
    secrets = sorted({source.secret for source in sources.values()})
    if len(secrets) == 1:
        return {
            "name": name,
            "secret": {
                "defaultMode": names.OWNER_READABLE,
                "items": _items(sources, secrets[0]),
                "secretName": secrets[0],
            },
        }
    return {
        "name": name,
        "projected": {
            "defaultMode": names.OWNER_READABLE,
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


def _mirrors(resolver: _Resolver, spec: AgentSpec) -> tuple[Credential, ...]:
    """Return the credentials for the mirrors of the package repositories."""
    return (
        resolver.other(
            f"{RELEASE_MIRROR}_USERNAME",
            "mirrorReleaseRepoUsername",
            spec.agent_release_repo_mirror_username,
        ),
        resolver.other(
            f"{RELEASE_MIRROR}_PASSWORD",
            "mirrorReleaseRepoPassword",
            spec.agent_release_repo_mirror_password,
        ),
        resolver.other(
            f"{SHARED_MIRROR}_USERNAME",
            "mirrorSharedRepoUsername",
            spec.instana_shared_repo_mirror_username,
        ),
        resolver.other(
            f"{SHARED_MIRROR}_PASSWORD",
            "mirrorSharedRepoPassword",
            spec.instana_shared_repo_mirror_password,
        ),
    )


def _proxy_url(spec: AgentSpec, user: str, password: str) -> str:
    if not spec.proxy_host:
        return ""
    login = (
        f"{quote(user, safe=USER_INFO_SAFE)}:{quote(password, safe=USER_INFO_SAFE)}@"
        if user and password
        else ""
    )
    return (
        f"{spec.proxy_protocol or 'http'}://{login}"
        f"{bracketed(spec.proxy_host)}:{spec.proxy_port or '80'}"
    )
