"""`/admission/validate`: rejects a resource with errors before it is stored, and warns."""

from enum import Enum

from hooks.admission.problems import errors_before, findings_in
from hooks.admission.ratcheting import introduced
from hooks.admission.review import Review, allowed, denied, read_review
from hooks.errors import ALL_PROBLEMS, MOST_PROBLEMS, Problem
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.rules import BY_IDENTIFIER, INLINE_SECRETS

Problems = tuple[Problem, ...]


class InlineSecrets(Enum):
    """What happens to a resource that contains a credential as a value."""

    ALLOW = "Allow"
    """Nothing happens."""
    WARN = "Warn"
    """Its author gets a warning that names what to use instead."""
    DENY = "Deny"
    """It is rejected."""


def validate(body: Obj, facts: Facts, inline_secrets: InlineSecrets) -> Obj:
    """Return the response to a review; raises NoAdmissionReview, or InternalError for a bug.

    An update is rejected for the problems that it introduces. A problem that the stored object has
    in the same field, with the same value, becomes a warning.
    """
    review = read_review(body)
    if not review.brings_a_spec:
        return allowed(review)
    errors, warnings = _found(review, facts, inline_secrets)
    if errors and not review.is_creation:
        before = errors_before(review.old, facts, {error.rule for error in errors})
        new = introduced(errors, review.new, before, review.old)
        new_set = set(new)
        warnings = (*(error for error in errors if error not in new_set), *warnings)
        errors = new
    return denied(review, errors, warnings) if errors else allowed(review, warnings)


def _found(
    review: Review, facts: Facts, inline_secrets: InlineSecrets
) -> tuple[Problems, Problems]:
    """Return errors and warnings of a resource, as this installation's settings classify them.

    For an update all of them are returned: the problem that it introduces may be the last one.
    """
    most = MOST_PROBLEMS if review.is_creation else ALL_PROBLEMS
    found = findings_in(review.new, facts, most)
    errors: list[Problem] = []
    warnings: list[Problem] = []
    for problem in (*found.errors, *found.warnings):
        rule = BY_IDENTIFIER[problem.rule]
        if rule.on_create and not review.is_creation:
            continue
        if problem.rule not in INLINE_SECRETS:
            (errors if rule.is_error else warnings).append(problem)
        elif inline_secrets is not InlineSecrets.ALLOW:
            (errors if inline_secrets is InlineSecrets.DENY else warnings).append(problem)
    return tuple(errors), tuple(warnings)
