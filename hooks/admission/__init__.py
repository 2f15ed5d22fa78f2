"""What the API server gets to know about an InstanaAgent before storing it: problems or a patch."""

from hooks.admission.defaulting import default
from hooks.admission.problems import errors_in
from hooks.admission.review import NoAdmissionReview, rejection_of
from hooks.admission.validating import InlineSecrets, validate

__all__ = ["InlineSecrets", "NoAdmissionReview", "default", "errors_in", "rejection_of", "validate"]
