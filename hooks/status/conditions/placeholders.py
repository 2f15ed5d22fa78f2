"""Whether entries of Secrets still have the text of a template in place of a credential."""

from hooks.desired.inputs.context import Context
from hooks.desired.inputs.read_entries import credentials_read, text_of
from hooks.rules.placeholders import is_placeholder
from hooks.status.condition import Condition, several

SECRETS_FILLED = "SecretsFilled"


def secrets_filled(context: Context) -> list[Condition]:
    """Return the condition if there is such an entry, otherwise nothing; it shows no text."""
    found = [
        f"entry {entry} of Secret {secret}"
        for secret, entry in sorted(credentials_read(context))
        if is_placeholder(text_of(context, (secret, entry)).strip())
    ]
    if not found:
        return []
    message = f"{several(found)}: replace the placeholder with your own value"
    return [Condition(SECRETS_FILLED, "False", "PlaceholderLeft", message, is_advice=True)]
