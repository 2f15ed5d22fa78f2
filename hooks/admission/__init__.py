"""What the API server is told of an InstanaAgent before it stores it: no, careful, or a patch."""

from hooks.admission.defaulting import default
from hooks.admission.problems import errors_in
from hooks.admission.review import NoAdmissionReview, refusal_of
from hooks.admission.validating import InlineSecrets, validate

__all__ = ["InlineSecrets", "NoAdmissionReview", "default", "errors_in", "refusal_of", "validate"]
