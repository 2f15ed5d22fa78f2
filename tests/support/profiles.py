"""How many examples Hypothesis tries: 10 or 3, or a search by HYPOTHESIS_PROFILE=ci or =thorough.

No test has a deadline of milliseconds: a busy machine is no defect.
"""

import os

from hypothesis import HealthCheck, settings

IN_CI = bool(os.environ.get("CI"))
SLOW_TO_DRAW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "quick")

for name, examples in (("quick", 10), ("ci", 200), ("thorough", 10_000)):
    settings.register_profile(
        name,
        max_examples=examples,
        deadline=None,
        derandomize=IN_CI,
        print_blob=True,
        suppress_health_check=SLOW_TO_DRAW,
    )
settings.load_profile(PROFILE)

FEWER = settings(max_examples=3) if PROFILE == "quick" else settings()
"""For a property of which each example takes a second: a search has as many as for the others."""
