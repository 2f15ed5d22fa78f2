"""Every credential: what it is called in pods and Secrets, its value, and where a pod reads it.

One rule for the agent and the k8sensor: an entry of the keys Secret wins, else the value in the
resource, which then lies in a Secret of ours. Names of entries: the Go operator's
`docs/secret-mounts.md`, those of the variables its environment builder.
"""

from dataclasses import dataclass
from urllib.parse import quote

from hooks.desired import names
from hooks.desired.context import Context
from hooks.desired.key_store import MAIN_KEY
from hooks.kube.objects import Obj

AGENT_KEY = "INSTANA_AGENT_KEY"
DOWNLOAD_KEY = "INSTANA_DOWNLOAD_KEY"
PROXY_USER = "INSTANA_AGENT_PROXY_USER"
PROXY_PASSWORD = "INSTANA_AGENT_PROXY_PASSWORD"  # noqa: S105 - a name
HTTPS_PROXY = "HTTPS_PROXY"

USER_INFO_SAFE = "$&+,;=-_.~"
"""What Go's net/url leaves as it is in the user info of a URL."""


@dataclass(frozen=True, slots=True)
class Credential:
    """One credential.

    `variable`: name of its environment variable or file in a pod. `entry`: its name in the keys
    Secret. `own_entry`: its name in our own Secret. `inline`: its value in the resource, if any.
    """

    variable: str
    entry: str
    own_entry: str
    inline: str

    @property
    def is_key(self) -> bool:
        """Tell whether it is the key of a backend, without which nothing can be reported."""
        return self.variable.startswith(AGENT_KEY)


@dataclass(frozen=True, slots=True)
class Source:
    """The entry of a Secret in which a pod finds a credential."""

    secret: str
    entry: str
    is_own: bool = False
    """Whether the Secret is the one that is made from the resource."""


def backend_key(context: Context, suffix: str, inline: str) -> Credential:
    """Return the key of one backend; the suffix is "" for the main one, `-1` for the next."""
    variable, entry = f"{AGENT_KEY}{suffix}", f"{MAIN_KEY}{suffix}"
    own_entry = variable if context.agent.spec.use_secret_mounts else entry
    return Credential(variable, entry, own_entry, inline)


def download_key(context: Context) -> Credential:
    """Return the download key."""
    entry = "downloadKey"
    own_entry = DOWNLOAD_KEY if context.agent.spec.use_secret_mounts else entry
    return Credential(DOWNLOAD_KEY, entry, own_entry, context.agent.spec.agent.download_key)


def proxy_user(context: Context) -> Credential:
    """Return the user name for the proxy."""
    return _same_name(PROXY_USER, "proxyUser", context.agent.spec.agent.proxy_user)


def proxy_password(context: Context) -> Credential:
    """Return the password for the proxy."""
    return _same_name(PROXY_PASSWORD, "proxyPassword", context.agent.spec.agent.proxy_password)


def mirror_credentials(context: Context) -> tuple[Credential, ...]:
    """Return the credentials for the mirrors of the package repositories."""
    spec = context.agent.spec.agent
    release, shared = "AGENT_RELEASE_REPOSITORY_MIRROR", "INSTANA_SHARED_REPOSITORY_MIRROR"
    return (
        _same_name(
            f"{release}_USERNAME",
            "mirrorReleaseRepoUsername",
            spec.agent_release_repo_mirror_username,
        ),
        _same_name(
            f"{release}_PASSWORD",
            "mirrorReleaseRepoPassword",
            spec.agent_release_repo_mirror_password,
        ),
        _same_name(
            f"{shared}_USERNAME",
            "mirrorSharedRepoUsername",
            spec.instana_shared_repo_mirror_username,
        ),
        _same_name(
            f"{shared}_PASSWORD",
            "mirrorSharedRepoPassword",
            spec.instana_shared_repo_mirror_password,
        ),
    )


def https_proxy(context: Context) -> Credential:
    """Return the URL of the proxy, which may hold a password; empty without a proxy."""
    return _same_name(HTTPS_PROXY, "httpsProxy", _proxy_url(context))


def agent_credentials(context: Context) -> tuple[Credential, ...]:
    """Return what the agent's pods may read besides the key, as files or environment."""
    return (
        download_key(context),
        proxy_user(context),
        proxy_password(context),
        *mirror_credentials(context),
    )


def value_of(context: Context, credential: Credential) -> str:
    """Return the credential's value, empty where there is none or it cannot be known."""
    return context.key_store.text(credential.entry) or credential.inline


def source_of(context: Context, credential: Credential) -> Source | None:
    """Return where a pod finds the credential, None where there is none.

    A backend's key is looked for in the keys Secret while that one cannot be read: pods wait for
    a Secret that is still to come.
    """
    store = context.key_store
    own = Source(names.keys_secret(context.agent.name), credential.own_entry, is_own=True)
    if store.text(credential.entry):
        return Source(store.name, credential.entry)
    if credential.is_key and not store.is_known:
        return Source(store.name, credential.entry)
    if credential.inline:
        return own
    if credential.entry == MAIN_KEY and store.is_named:
        return Source(store.name, credential.entry)
    return None


def items(sources: dict[str, Source], secret: str) -> list[Obj]:
    """Return the items of a volume: the files that one Secret gives, by path."""
    return [
        {"key": source.entry, "path": path}
        for path, source in sources.items()
        if source.secret == secret
    ]


def secrets_volume(name: str, sources: dict[str, Source]) -> Obj:
    """Return a volume of the files given by path: one Secret's, or a projection of several."""
    secrets = sorted({source.secret for source in sources.values()})
    if len(secrets) == 1:
        return {
            "name": name,
            "secret": {
                "defaultMode": names.OWNER_READABLE,
                "items": items(sources, secrets[0]),
                "secretName": secrets[0],
            },
        }
    return {
        "name": name,
        "projected": {
            "defaultMode": names.OWNER_READABLE,
            "sources": [
                {"secret": {"items": items(sources, secret), "name": secret}} for secret in secrets
            ],
        },
    }


def secret_key_ref(source: Source, *, optional: bool = False) -> Obj:
    """Return a `valueFrom` that reads the entry of a Secret."""
    reference: Obj = {"key": source.entry, "name": source.secret}
    return {"secretKeyRef": reference | ({"optional": True} if optional else {})}


def _same_name(variable: str, entry: str, inline: str) -> Credential:
    return Credential(variable, entry, variable, inline)


def _proxy_url(context: Context) -> str:
    spec = context.agent.spec.agent
    if not spec.proxy_host:
        return ""
    user = value_of(context, proxy_user(context))
    password = value_of(context, proxy_password(context))
    login = (
        f"{quote(user, safe=USER_INFO_SAFE)}:{quote(password, safe=USER_INFO_SAFE)}@"
        if user and password
        else ""
    )
    return (
        f"{spec.proxy_protocol or 'http'}://{login}"
        f"{bracketed(spec.proxy_host)}:{spec.proxy_port or '80'}"
    )


def bracketed(host: str) -> str:
    """Return the host as it stands before a port: an IPv6 address goes in brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
