"""Where the documentation of this version is, for `--help`."""

import os
from typing import Final

DISTRIBUTION: Final = "instana-agent-hooks"
LABEL: Final = "Documentation, "
IN_A_CHECKOUT: Final = "docs"


def link(page: str) -> str:
    """Return where a page is: at the address that image or package have, or in a checkout."""
    return f"{os.environ.get('DOCS_URL') or _address_of_package() or IN_A_CHECKOUT}/{page}"


def _address_of_package() -> str | None:
    """Return the address in the metadata of the installed package: a release knows it."""
    from importlib.metadata import PackageNotFoundError, metadata  # noqa: PLC0415  takes long

    try:
        addresses = metadata(DISTRIBUTION).get_all("Project-URL") or []
    except PackageNotFoundError:
        return None
    return next(
        (address.removeprefix(LABEL) for address in addresses if address.startswith(LABEL)), None
    )
