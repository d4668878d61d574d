"""Of entries, holds and statements."""

from django.utils.translation import gettext_lazy as _
from moneyed import Money

from ledger.errors.base import DomainError, state_word
from ledger.wording import amount_text


class TransactionNotFound(DomainError):
    """There is no such transaction."""

    code = "transaction_not_found"

    def __init__(self, *, transaction: str) -> None:
        super().__init__(_("There is no transaction %(transaction)s."), transaction=transaction)
        self.transaction = transaction


class DayOutOfRange(DomainError):
    """A day or moment at the ends of the calendar, which cannot be reckoned with."""

    code = "day_out_of_range"

    def __init__(self) -> None:
        super().__init__(_("That day is too far away, or too long ago."))


class NotReversible(DomainError):
    """A reversal, or a move whose other side is not found, is not undone, and only a spend is refunded."""

    code = "not_reversible"

    def __init__(self, *, number: int, type: str) -> None:
        super().__init__(
            _("Transaction %(number)s (%(type)s) cannot be reversed."), number=number, type=state_word(type)
        )
        self.number, self.type = number, type


class BooksClosed(DomainError):
    """The month of an entry has been reported: what undoes it is asked for, and approved by somebody else."""

    code = "books_closed"

    def __init__(self, *, number: int) -> None:
        super().__init__(
            _("Transaction %(number)s is of a month that is closed: ask for a correction of it."), number=number
        )
        self.number = number


class LotNotFound(DomainError):
    """There is no such piece of credit."""

    code = "lot_not_found"

    def __init__(self, *, lot_id: int) -> None:
        super().__init__(_("There is no piece of credit %(lot)s."), lot=lot_id)
        self.lot_id = lot_id


class ExpiryUnchanged(DomainError):
    """A piece of credit is given another expiry while something is left of it."""

    code = "expiry_unchanged"

    def __init__(self, *, lot_id: int) -> None:
        super().__init__(_("Nothing is left of this piece of credit, or it expires then already."))
        self.lot_id = lot_id


class AlreadyReversed(DomainError):
    """A transaction is reversed once, and not after a refund of it."""

    code = "already_reversed"

    def __init__(self, *, number: int) -> None:
        super().__init__(_("Transaction %(number)s has been reversed or refunded already."), number=number)
        self.number = number


class RefundExceedsSpend(DomainError):
    """The refunds of a spend never add up to more than it took."""

    code = "refund_exceeds_spend"

    def __init__(self, *, number: int, refundable: Money, requested: Money) -> None:
        super().__init__(
            _("Transaction %(number)s has %(refundable)s left to refund; %(requested)s was asked for."),
            number=number,
            refundable=amount_text(refundable),
            requested=amount_text(requested),
        )
        self.number, self.refundable, self.requested = number, refundable, requested


class CreditAlreadySpent(DomainError):
    """Credit that was partly spent, held or expired cannot be taken back by a reversal."""

    code = "credit_already_spent"

    def __init__(self, *, number: int, remaining: Money, amount: Money) -> None:
        super().__init__(
            _("Of the %(amount)s that transaction %(number)s brought in, only %(remaining)s is left to take back."),
            amount=amount_text(amount),
            number=number,
            remaining=amount_text(remaining),
        )
        self.number, self.remaining, self.amount = number, remaining, amount


class MovementKeyUsed(DomainError):
    """One movement key, one transaction, for ever."""

    code = "movement_key_used"

    def __init__(self, *, key: str) -> None:
        super().__init__(_("The movement %(key)r has been posted already."), key=key)
        self.key = key


class OpeningDiffers(DomainError):
    """An opening balance was brought in before, and was another amount."""

    code = "opening_differs"

    def __init__(self, *, line: int) -> None:
        super().__init__(_("Line %(line)s was brought in before with another balance."), line=line)
        self.line = line


class ControlsDiffer(DomainError):
    """What was written does not come to what it should; it is taken back."""

    code = "controls_differ"

    def __init__(self, *, currency: str) -> None:
        super().__init__(
            _("What was written in %(currency)s is not what the file and its control total say."), currency=currency
        )
        self.currency = currency


class SameAccount(DomainError):
    """A transfer needs two accounts."""

    code = "same_account"

    def __init__(self, *, account_number: str) -> None:
        super().__init__(_("Account %(account_number)s cannot transfer to itself."), account_number=account_number)
        self.account_number = account_number


class HoldNotFound(DomainError):
    """There is no such hold."""

    code = "hold_not_found"

    def __init__(self, *, hold: str) -> None:
        super().__init__(_("There is no hold %(hold)s."), hold=hold)
        self.hold = hold


class HoldNotOpen(DomainError):
    """A hold is captured, released or timed out once."""

    code = "hold_not_open"

    def __init__(self, *, hold: str, status: str) -> None:
        super().__init__(_("Hold %(hold)s is %(state)s."), hold=hold, state=state_word(status))
        self.hold, self.status = hold, status


class HoldTooSmall(DomainError):
    """More was to be captured than the hold has left."""

    code = "hold_too_small"

    def __init__(self, *, hold: str, left: Money, requested: Money) -> None:
        super().__init__(
            _("Hold %(hold)s has %(left)s left; %(requested)s was to be captured."),
            hold=hold,
            left=amount_text(left),
            requested=amount_text(requested),
        )
        self.hold, self.left, self.requested = hold, left, requested


class HoldLastsLonger(DomainError):
    """A hold is only ever extended."""

    code = "hold_lasts_longer"

    def __init__(self, *, hold: str) -> None:
        super().__init__(_("Hold %(hold)s lasts longer already; to end it sooner, release it."), hold=hold)
        self.hold = hold


class StatementTooLong(DomainError):
    """A period has more movements than go onto one statement."""

    code = "statement_too_long"

    def __init__(self, *, at_most: int) -> None:
        super().__init__(_("There are more than %(at_most)s movements. Choose a shorter period."), at_most=at_most)
        self.at_most = at_most


class DatabaseBusy(DomainError):
    """The database was locked or in conflict beyond the retries; nothing was written, and trying again is safe."""

    code = "database_busy"

    def __init__(self) -> None:
        super().__init__(_("The database is busy. Nothing was written; try again."))
