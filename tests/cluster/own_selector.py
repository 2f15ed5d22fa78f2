"""Whether new resources get a selector of their own; until then some are answered 503."""

from hooks.labels import INSTANCE
from tests.cluster.api import Api
from tests.cluster.cases import resource
from tests.cluster.test_definition import create
from tests.support.resources import merged


def own_selector_is_in_force(api: Api) -> bool:
    """Tell whether the API server acts on the policy.

    For some seconds it may not know the new kind of resource: then it answers 503 to whoever
    creates one, in spite of `failurePolicy: Ignore`.
    """
    answer = create(api, merged(resource("minimal"), {"metadata": {"name": "probe"}}))
    return answer.ok and INSTANCE in answer.json()["spec"]["selector"]["matchLabels"]
