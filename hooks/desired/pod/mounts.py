"""Configuration and credentials as files, which agents and k8sensors mount alike."""

from hooks.desired import names
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.credentials import Credential, secrets_volume
from hooks.desired.pod.parts import Part, mounted
from hooks.kube.objects import Obj

CONFIG_VOLUME = "config"
SECRETS_VOLUME = "instana-secrets"


def configuration(context: Context, items: list[Obj] | None) -> Part:
    """Return the configuration files, those items only if given."""
    source: Obj = {
        "defaultMode": names.GROUP_READABLE,
        "secretName": names.config_secret(context.agent.name),
    }
    volume = {"name": CONFIG_VOLUME, "secret": source | ({"items": items} if items else {})}
    return mounted(volume, names.CONFIG_DIRECTORY)


def as_files(credentials: tuple[Credential, ...]) -> Part:
    """Return those of the credentials that there are, each as a file."""
    sources = {credential.variable: credential.source for credential in credentials}
    found = {path: source for path, source in sources.items() if source}
    if not found:
        return Part()
    volume = secrets_volume(SECRETS_VOLUME, found)
    return mounted(volume, names.SECRETS_DIRECTORY, readOnly=True)
