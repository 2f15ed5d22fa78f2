"""Whether entries of Secrets that pods read have leading or trailing white space."""

from hooks.desired.inputs.context import Context
from hooks.desired.inputs.white_space import Untrimmed, untrimmed_entries
from hooks.status.condition import Condition, several

SECRETS_TRIMMED = "SecretsTrimmed"


def secrets_trimmed(context: Context) -> list[Condition]:
    """Return the condition if there is such an entry, otherwise nothing; it shows no value."""
    found = [_shown(entry) for entry in untrimmed_entries(context)]
    if not found:
        return []
    message = (
        f"{several(found)}: pods read it as part of the value, so write the Secret "
        "again without it, for example with printf instead of echo"
    )
    return [Condition(SECRETS_TRIMMED, "False", "WhiteSpaceAtEnds", message, is_advice=True)]


def _shown(entry: Untrimmed) -> str:
    return f"entry {entry.entry} of Secret {entry.secret} {entry.what}"
