"""What the books refuse, and with which facts. A door words it for its clients; staff read the message."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from moneyed import Money

from ledger.wording import amount_text


class DomainError(Exception):
    """Something that the books refuse. `code` is stable; the text is for people."""

    code: ClassVar[str] = "refused"
    #: Which of several it refuses that came in one call, from 0.
    place: int | None = None

    def __init__(self, message: str | Promise = "", **named: object) -> None:
        """
        :param message: with the names of facts as `%(name)s`; it is worded when it is read, for who reads it then.
        :param named: the facts.
        """
        super().__init__(message)
        self._named = named

    def __str__(self) -> str:
        text = str(self.args[0]) if self.args else ""
        return text % self._named if self._named else text


def state_word(code: str) -> Promise:
    """What a sentence calls the state of something, such as `FROZEN`, or the type of a transaction."""
    return pgettext_lazy("state", code.lower())


#: For those who translate: what codes of states come to.
_STATES = (
    pgettext_lazy("state", "open"),
    pgettext_lazy("state", "issue"),
    pgettext_lazy("state", "load"),
    pgettext_lazy("state", "redeem"),
    pgettext_lazy("state", "refund"),
    pgettext_lazy("state", "reversal"),
    pgettext_lazy("state", "adjust"),
    pgettext_lazy("state", "expire"),
    pgettext_lazy("state", "transfer"),
    pgettext_lazy("state", "frozen"),
    pgettext_lazy("state", "closed"),
    pgettext_lazy("state", "active"),
    pgettext_lazy("state", "inactive"),
    pgettext_lazy("state", "banned"),
    pgettext_lazy("state", "archived"),
    pgettext_lazy("state", "captured"),
    pgettext_lazy("state", "released"),
    pgettext_lazy("state", "timed_out"),
    pgettext_lazy("state", "pending"),
    pgettext_lazy("state", "confirmed"),
    pgettext_lazy("state", "failed"),
    pgettext_lazy("state", "canceled"),
    pgettext_lazy("state", "approved"),
    pgettext_lazy("state", "rejected"),
    pgettext_lazy("state", "void"),
    pgettext_lazy("state", "not_yet_valid"),
    pgettext_lazy("state", "blocked"),
    pgettext_lazy("state", "voided"),
    pgettext_lazy("state", "expired"),
)


@contextmanager
def named_by_place(place: int) -> Iterator[None]:
    """What is refused within says which of several it was."""
    try:
        yield
    except DomainError as error:
        error.place = place
        raise


class CurrencyUnknown(DomainError):
    """Not a currency in circulation."""

    code = "currency_unknown"

    def __init__(self, *, currency: str) -> None:
        super().__init__(_("%(currency)r is not the code of a currency in circulation."), currency=currency)
        self.currency = currency


class CurrencyClosed(CurrencyUnknown):
    """New credit is given only in a currency that people still pay with."""

    def __init__(self, *, currency: str, closed_from: date) -> None:
        super().__init__(currency=currency)
        DomainError.__init__(
            self,
            _("%(currency)s has been closed since %(day)s: no new credit is given in it."),
            currency=currency,
            day=closed_from.isoformat(),
        )


class TextUnfit(DomainError):
    """A text holds what none of its kind may: something invisible, a control character, no address."""

    code = "text_unfit"

    def __init__(self, *, member: str, message: str) -> None:
        super().__init__(f"{member.capitalize()} {message}.")
        self.member, self.message = member, message


class AmountNotExact(DomainError):
    """The amount has more decimals than its currency."""

    code = "amount_not_exact"

    def __init__(self, *, amount: Decimal, currency: str) -> None:
        super().__init__(_("%(amount)s has more decimals than %(currency)s has."), amount=amount, currency=currency)
        self.amount, self.currency = amount, currency


class AmountNotPositive(DomainError):
    """The amount must be more than nothing (for an adjustment: other than nothing)."""

    code = "amount_not_positive"

    def __init__(self, *, amount: Money) -> None:
        super().__init__(_("%(amount)s is not an amount that can be posted."), amount=amount_text(amount))
        self.amount = amount


class AmountTooLarge(DomainError):
    """The amount, or the balance after it, is beyond what an account can hold."""

    code = "amount_too_large"

    def __init__(self, *, amount: Money) -> None:
        # Plain, because the amount may be too large for the formatting of money as well.
        super().__init__(
            _("%(amount)s %(currency)s is more than an account can hold."),
            amount=amount.amount,
            currency=amount.currency.code,
        )
        self.amount = amount


class AmountTooLong(AmountTooLarge):
    """The amount has more digits than a column of decimals keeps on every database."""

    def __init__(self, *, amount: Money) -> None:
        DomainError.__init__(
            self,
            _("%(amount)s %(currency)s has more than fifteen digits."),
            amount=amount.amount,
            currency=amount.currency.code,
        )
        self.amount = amount


class CurrencyMismatch(DomainError):
    """The account is kept in another currency."""

    code = "currency_mismatch"

    def __init__(self, *, account_number: str, account_currency: str, currency: str) -> None:
        super().__init__(
            _("Account %(account_number)s is kept in %(account_currency)s, not in %(currency)s."),
            account_number=account_number,
            account_currency=account_currency,
            currency=currency,
        )
        self.account_number, self.account_currency, self.currency = account_number, account_currency, currency


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


class CutNotFound(DomainError):
    """There is no such cut, or it is not sealed yet."""

    code = "cut_not_found"

    def __init__(self, *, number: int) -> None:
        super().__init__(_("There is no sealed cut %(number)s."), number=number)
        self.number = number


class CutInTheFuture(DomainError):
    """Time that has not passed is not closed."""

    code = "cut_in_the_future"

    def __init__(self, *, boundary: datetime, now: datetime) -> None:
        super().__init__(
            _("%(boundary)s has not passed: it is %(now)s."), boundary=boundary.isoformat(), now=now.isoformat()
        )
        self.boundary, self.now = boundary, now


class CutNotLater(DomainError):
    """Time is closed up to a later moment, or to the very same."""

    code = "cut_not_later"

    def __init__(self, *, boundary: datetime, closed_until: datetime) -> None:
        super().__init__(
            _("Time is closed up to %(closed_until)s, not before %(boundary)s."),
            closed_until=closed_until.isoformat(),
            boundary=boundary.isoformat(),
        )
        self.boundary, self.closed_until = boundary, closed_until
