"""
What every admin class of every app derives from: who may do what, how a step is confirmed, how money reads.

It stands on the ground floor, so that each domain's admin can use it.
"""

from ledger.adminbase.actors import audit, staff_actor
from ledger.adminbase.amounts import AmountField, amount_of
from ledger.adminbase.classes import (
    AuditedAdmin,
    EditablePageMixin,
    HouseAdmin,
    PageMixin,
    ReadOnlyAdmin,
    ShortListMixin,
    SingleRowAdmin,
    StepButton,
    buttons_context,
)
from ledger.adminbase.filters import ChoiceFilter, DayRangeFilter
from ledger.adminbase.finding import FoundByMixin
from ledger.adminbase.forms import DomainForm, WhyForm, style
from ledger.adminbase.intents import FORM, AlreadyDone, Intent, new_token, read_token, redirect_to_intent
from ledger.adminbase.once import OnceMixin
from ledger.adminbase.reviews import Change, Fact, Outcome, Review, Twin
from ledger.adminbase.steps import ConfirmStep, LoggedStep, confirmation_mark
from ledger.adminbase.words import last_moment, moment_text, money_text, signed_text, test_tag

__all__ = [
    "FORM",
    "AlreadyDone",
    "AmountField",
    "AuditedAdmin",
    "Change",
    "ChoiceFilter",
    "ConfirmStep",
    "DayRangeFilter",
    "DomainForm",
    "EditablePageMixin",
    "Fact",
    "FoundByMixin",
    "HouseAdmin",
    "Intent",
    "LoggedStep",
    "OnceMixin",
    "Outcome",
    "PageMixin",
    "ReadOnlyAdmin",
    "Review",
    "ShortListMixin",
    "SingleRowAdmin",
    "StepButton",
    "Twin",
    "WhyForm",
    "amount_of",
    "audit",
    "buttons_context",
    "confirmation_mark",
    "last_moment",
    "moment_text",
    "money_text",
    "new_token",
    "read_token",
    "redirect_to_intent",
    "signed_text",
    "staff_actor",
    "style",
    "test_tag",
]
