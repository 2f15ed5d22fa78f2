"""What values files of the former chart lead to is taken by the definition, and as it is."""

import pytest

from tests.cluster.api import Api
from tests.support.former_values import CASES, expected_spec


@pytest.mark.parametrize("case", CASES)
def test_definition_takes_the_spec(case: str, api: Api) -> None:
    metadata = {"name": "former-values", "namespace": "instana-agent"}
    resource = {"apiVersion": "instana.io/v1", "kind": "InstanaAgent", "metadata": metadata}
    spec = expected_spec(case)

    stored = api.apply(resource | {"spec": spec}, dryRun="All")["spec"]

    assert stored | {"selector": None} == _filled_in(spec, stored) | {"selector": None}


def _filled_in(spec: object, stored: object) -> dict[str, object]:
    """Return the spec with what the definition's defaults add."""
    assert isinstance(spec, dict)
    assert isinstance(stored, dict)
    inner = {
        name: _filled_in(part, stored[name]) if isinstance(part, dict) else part
        for name, part in spec.items()
    }
    return stored | inner
