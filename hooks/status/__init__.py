"""The status of an InstanaAgent: a pure function of what was observed, and a fixed point.

Feeding an answer's status back gives the same status; transition times move only with the status
of their condition.
"""

from hooks.status.compose import Report, report_on_invalid, report_on_paused, report_on_valid
from hooks.status.condition import is_valid
from hooks.status.other_release import report_on_other_release

__all__ = [
    "Report",
    "is_valid",
    "report_on_invalid",
    "report_on_other_release",
    "report_on_paused",
    "report_on_valid",
]
