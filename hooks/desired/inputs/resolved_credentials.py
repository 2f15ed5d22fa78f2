"""The credentials of a resource, from what it says itself and what the user's Secrets hold.

One rule for the agent and the k8sensor: an entry that the resource names wins, then one of the keys
Secret, else the value in the resource, which then lies in a Secret of ours.
"""

from dataclasses import dataclass, replace
from urllib.parse import quote

from hooks import contract
from hooks.desired import names
from hooks.desired.inputs.credentials import (
    AGENT_KEY,
    DOWNLOAD_KEY,
    HTTPS_PROXY,
    PROXY_PASSWORD,
    PROXY_USER,
    RELEASE_MIRROR,
    SHARED_MIRROR,
    Credential,
    Credentials,
    Source,
)
from hooks.desired.inputs.key_store import MAIN_KEY, KeyStore, key_store
from hooks.desired.inputs.ownership import is_given
from hooks.kube.hosts import bracketed
from hooks.models import InstanaAgent
from hooks.models.agent import AgentSpec
from hooks.models.base import SecretKeyRef
from hooks.models.references import of_credentials
from hooks.observed import ObservedObjects

USER_INFO_SAFE = "$&+,;="
"""What Go's net/url leaves as it is in the user info of a URL, besides what nobody quotes."""


def resolve_credentials(
    agent: InstanaAgent, store: KeyStore, children: ObservedObjects, related: ObservedObjects
) -> Credentials:
    """Return the credentials of the resource, with what the user's Secrets say."""
    spec = agent.spec.agent
    of_user = {store.name, *(reference.name for reference in of_credentials(spec))}
    own_secret = _own_secret(agent, of_user, children, related)
    resolver = _Resolver(agent, store, related, own_secret)
    user = resolver.other(PROXY_USER, "proxyUser", spec.proxy_user, spec.proxy_user_secret_key_ref)
    password = resolver.other(
        PROXY_PASSWORD, "proxyPassword", spec.proxy_password, spec.proxy_password_secret_key_ref
    )
    return Credentials(
        keys=(
            resolver.key("", spec.key, spec.key_secret_key_ref),
            *(
                resolver.key(f"-{position}", backend.key, backend.key_secret_key_ref)
                for position, backend in enumerate(spec.additional_backends, start=1)
            ),
        ),
        download_key=resolver.download_key(spec.download_key, spec.download_key_secret_key_ref),
        proxy_user=user,
        proxy_password=password,
        mirrors=_mirrors(resolver, spec),
        https_proxy=resolver.https_proxy(user, password),
        own_secret=own_secret,
    )


def _own_secret(
    agent: InstanaAgent, of_user: set[str], children: ObservedObjects, related: ObservedObjects
) -> str:
    """Return the name of our Secret: the resource's, unless somebody's else has that.

    Once it is another name it stays, as pods know it.
    """
    first, other = names.keys_secrets(agent.name)
    if first in of_user:
        return other
    if children.get(contract.SECRET, agent.namespace, first):
        return first
    found = related.get(contract.SECRET, agent.namespace, first)
    is_taken = found is not None and not is_given(agent, found)
    is_there = children.get(contract.SECRET, agent.namespace, other) is not None
    return other if is_taken or is_there else first


@dataclass(frozen=True, slots=True)
class _Resolver:
    agent: InstanaAgent
    store: KeyStore
    related: ObservedObjects
    own_secret: str

    def key(self, suffix: str, inline: str, reference: SecretKeyRef | None) -> Credential:
        """Return the key of a backend.

        While the keys Secret cannot be read it is looked for there: pods wait for a Secret that is
        still to come. The main one is looked for there as well if it is nowhere.
        """
        variable, entry = f"{AGENT_KEY}{suffix}", f"{MAIN_KEY}{suffix}"
        if reference:
            return self._referenced(variable, reference)
        own_entry = variable if self.agent.spec.use_secret_mounts else entry
        is_awaited = not self.store.is_known or (entry == MAIN_KEY and not inline)
        return self._credential(variable, entry, own_entry, inline, is_awaited=is_awaited)

    def download_key(self, inline: str, reference: SecretKeyRef | None) -> Credential:
        """Return the download key."""
        if reference:
            return self._referenced(DOWNLOAD_KEY, reference)
        entry = "downloadKey"
        own_entry = DOWNLOAD_KEY if self.agent.spec.use_secret_mounts else entry
        return self._credential(DOWNLOAD_KEY, entry, own_entry, inline)

    def other(
        self, variable: str, entry: str, inline: str, reference: SecretKeyRef | None
    ) -> Credential:
        """Return a credential whose entry in our Secret has the name of its variable."""
        if reference:
            return self._referenced(variable, reference)
        return self._credential(variable, entry, variable, inline)

    def https_proxy(self, user: Credential, password: Credential) -> Credential:
        """Return the proxy's URL: made from the other fields where it is in no Secret."""
        spec = self.agent.spec.agent
        url = _proxy_url(spec, user.value, password.value)
        found = self.other(HTTPS_PROXY, "httpsProxy", url, spec.https_proxy_secret_key_ref)
        if not (found.source and found.source.is_own):
            return found
        is_known = found.is_known and user.is_settled and password.is_settled
        return replace(found, is_known=is_known, made_from=(user, password))

    def _credential(
        self, variable: str, entry: str, own_entry: str, inline: str, *, is_awaited: bool = False
    ) -> Credential:
        text = self.store.text(entry, in_file=_is_in_file(variable))
        source = None
        if text or (self.store.is_named and is_awaited):
            source = Source(self.store.name, entry)
        elif inline:
            source = Source(self.own_secret, own_entry, is_own=True)
        return Credential(variable, entry, inline, text or inline, source, self.store.is_known)

    def _referenced(self, variable: str, reference: SecretKeyRef) -> Credential:
        """Return the credential in an entry that the resource names; pods wait for it."""
        secret = key_store(self.agent, self.related, reference.name)
        return Credential(
            variable,
            reference.key,
            "",
            secret.text(reference.key, in_file=_is_in_file(variable)),
            Source(reference.name, reference.key),
            secret.is_known,
            is_referenced=True,
        )


def _is_in_file(variable: str) -> bool:
    """Return whether a credential is written into the files of the backends, too."""
    return variable in (PROXY_USER, PROXY_PASSWORD) or variable.startswith(AGENT_KEY)


def _mirrors(resolver: _Resolver, spec: AgentSpec) -> tuple[Credential, ...]:
    """Return the credentials for the mirrors of the package repositories."""
    return (
        resolver.other(
            f"{RELEASE_MIRROR}_USERNAME",
            "mirrorReleaseRepoUsername",
            spec.agent_release_repo_mirror_username,
            spec.agent_release_repo_mirror_username_secret_key_ref,
        ),
        resolver.other(
            f"{RELEASE_MIRROR}_PASSWORD",
            "mirrorReleaseRepoPassword",
            spec.agent_release_repo_mirror_password,
            spec.agent_release_repo_mirror_password_secret_key_ref,
        ),
        resolver.other(
            f"{SHARED_MIRROR}_USERNAME",
            "mirrorSharedRepoUsername",
            spec.instana_shared_repo_mirror_username,
            spec.instana_shared_repo_mirror_username_secret_key_ref,
        ),
        resolver.other(
            f"{SHARED_MIRROR}_PASSWORD",
            "mirrorSharedRepoPassword",
            spec.instana_shared_repo_mirror_password,
            spec.instana_shared_repo_mirror_password_secret_key_ref,
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
