"""The status of an InstanaAgent: a pure function of what was observed, and a fixed point.

Feeding an answer's status back gives the same status; transition times move only with the status
of their condition.
"""

from hooks.status.compose import status_of_invalid, status_of_paused, status_of_valid

__all__ = ["status_of_invalid", "status_of_paused", "status_of_valid"]
