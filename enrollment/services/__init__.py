"""The acts of the registry: one function a business act, one transaction, with its checks and its audit entry.

Each runs under the application's role in the scope of who is signed in, or as the owner for the office's own jobs.
What an act refuses it says as ``Refusal``: the field, a code, a message.
"""

from enrollment.services.beginning import start_declaration, start_naming
from enrollment.services.declarations import (
    approve_declaration,
    return_declaration,
    save_declaration_draft,
    submit_declaration,
    withdraw_declaration,
)
from enrollment.services.employers import register_employer, set_coverage
from enrollment.services.events import Event, plan_event, record_event, take_in
from enrollment.services.workers import end_employment, enrol_worker

__all__ = [
    "Event",
    "approve_declaration",
    "end_employment",
    "enrol_worker",
    "plan_event",
    "record_event",
    "register_employer",
    "return_declaration",
    "save_declaration_draft",
    "set_coverage",
    "start_declaration",
    "start_naming",
    "submit_declaration",
    "take_in",
    "withdraw_declaration",
]
