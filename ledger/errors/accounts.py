"""Of customers, accounts and reasons."""

from django.utils.translation import gettext_lazy as _
from moneyed import Money

from ledger.errors.base import DomainError, state_word
from ledger.wording import amount_text


class CustomerNotFound(DomainError):
    """No customer has that number or document id."""

    code = "customer_not_found"

    def __init__(self, *, identifier: str) -> None:
        super().__init__(_("There is no such customer."))
        self.identifier = identifier


class CustomerNumberTaken(DomainError):
    """Another customer has that number."""

    code = "customer_number_taken"

    def __init__(self, *, number: str) -> None:
        super().__init__(_("The customer number %(number)s is taken."), number=number)
        self.number = number


class CustomerNotActive(DomainError):
    """A banned or archived customer is given no new credit."""

    code = "customer_not_active"

    def __init__(self, *, number: str, status: str) -> None:
        super().__init__(
            _("Customer %(number)s is %(state)s and is given no new credit."), number=number, state=state_word(status)
        )
        self.number, self.status = number, status


class CustomerIsAnother(DomainError):
    """A customer who was merged into another, or made anonymous, stays as they are."""

    code = "customer_is_another"

    def __init__(self, *, number: str) -> None:
        super().__init__(
            _("Customer %(number)s was merged into another or made anonymous, and is not changed any more."),
            number=number,
        )
        self.number = number


class MergeRefused(DomainError):
    """Two customers cannot be made one, or cannot be made two again, as things stand."""

    code = "merge_refused"


class AccountNotFound(DomainError):
    """There is no such account."""

    code = "account_not_found"

    def __init__(self, *, account: str) -> None:
        super().__init__(_("There is no account %(account)s."), account=account)
        self.account = account


class AccountNotOpen(DomainError):
    """A closed account never moves; a frozen one only by staff."""

    code = "account_not_open"

    def __init__(self, *, account_number: str, status: str) -> None:
        super().__init__(
            _("Account %(account_number)s is %(state)s."), account_number=account_number, state=state_word(status)
        )
        self.account_number, self.status = account_number, status


class AccountNotEmpty(DomainError):
    """Only an account without value and holds can be closed."""

    code = "account_not_empty"

    def __init__(self, *, account_number: str, balance: Money) -> None:
        super().__init__(
            _("Account %(account_number)s holds %(balance)s and cannot be closed."),
            account_number=account_number,
            balance=amount_text(balance),
        )
        self.account_number, self.balance = account_number, balance


class InsufficientCredit(DomainError):
    """Less can be spent than was asked for."""

    code = "insufficient_credit"

    def __init__(self, *, account_number: str, available: Money, requested: Money) -> None:
        super().__init__(
            _("Account %(account_number)s has %(available)s to spend; %(requested)s was asked for."),
            account_number=account_number,
            available=amount_text(available),
            requested=amount_text(requested),
        )
        self.account_number, self.available, self.requested = account_number, available, requested


class NotWhole(DomainError):
    """All that can be spent, or nothing."""

    code = "not_whole"

    def __init__(self, *, account_number: str, available: Money) -> None:
        super().__init__(
            _("Account %(account_number)s must be spent whole: %(available)s."),
            account_number=account_number,
            available=amount_text(available),
        )
        self.account_number, self.available = account_number, available


class ReasonUnknown(DomainError):
    """No active reason has that code."""

    code = "reason_unknown"

    def __init__(self, *, reason: str) -> None:
        super().__init__(_("There is no active reason %(reason)r."), reason=reason)
        self.reason = reason


class ReasonMissing(DomainError):
    """A correction says why: by a reason or in a note."""

    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__(_("Say why: a reason or a note is needed."))


class ReasonNeedsNote(DomainError):
    """The reason asks for a note."""

    code = "reason_needs_note"

    def __init__(self, *, reason: str) -> None:
        super().__init__(_("Reason %(reason)s needs a note."), reason=reason)
        self.reason = reason


class ReasonNeedsOrder(DomainError):
    """The reason asks for the order it refers to."""

    code = "reason_needs_order"

    def __init__(self, *, reason: str) -> None:
        super().__init__(_("Reason %(reason)s needs the order as its reference."), reason=reason)
        self.reason = reason


class ExpiryInThePast(DomainError):
    """Credit cannot be issued that has expired already."""

    code = "expiry_in_the_past"

    def __init__(self) -> None:
        super().__init__(_("The expiry is not in the future."))


class OwnCustomer(DomainError):
    """Whoever acts is the customer themself, so somebody else has to do it."""

    code = "own_customer"

    def __init__(self) -> None:
        super().__init__(_("This is about yourself as a customer: somebody else has to do it."))


class RightGone(DomainError):
    """Whoever decides has not the right to, or was switched off, by the time it is written down."""

    code = "right_gone"

    def __init__(self) -> None:
        super().__init__(_("You may not do this any more: the right to was taken away meanwhile."))
