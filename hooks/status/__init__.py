"""The status of an InstanaAgent: a pure function of what was observed, and a fixed point.

Given the status of its own response, the function returns the same status; a transition time
changes only with the status of its condition.
"""

from hooks.status.compose import Report, report_on_invalid, report_on_paused, report_on_valid
from hooks.status.condition import is_reported_valid
from hooks.status.other_release import report_on_other_release

__all__ = [
    "Report",
    "is_reported_valid",
    "report_on_invalid",
    "report_on_other_release",
    "report_on_paused",
    "report_on_valid",
]
