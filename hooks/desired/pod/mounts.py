"""Configuration and credentials as files, which agents and k8sensors mount alike."""

from hooks.desired import names
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.credentials import Credential, secrets_volume
from hooks.desired.pod.held import Mounted
from hooks.kube.objects import Obj

CONFIG_VOLUME = "config"
SECRETS_VOLUME = "instana-secrets"


def config_mount(context: Context, items: list[Obj] | None) -> Mounted:
    """Return the mount of the configuration files, of those items only if given."""
    source: Obj = {
        "defaultMode": names.GROUP_READABLE,
        "secretName": names.config_secret(context.agent.name),
    }
    return Mounted(
        volume={"name": CONFIG_VOLUME, "secret": source | ({"items": items} if items else {})},
        mount={"mountPath": names.CONFIG_DIRECTORY, "name": CONFIG_VOLUME},
    )


def secrets_mount(credentials: tuple[Credential, ...]) -> tuple[Mounted, ...]:
    """Return the mount of those of the credentials that there are, each as a file."""
    sources = {each.variable: each.source for each in credentials}
    found = {path: source for path, source in sources.items() if source}
    if not found:
        return ()
    mount = {"mountPath": names.SECRETS_DIRECTORY, "name": SECRETS_VOLUME, "readOnly": True}
    return (Mounted(volume=secrets_volume(SECRETS_VOLUME, found), mount=mount),)
