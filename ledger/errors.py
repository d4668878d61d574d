"""What the books refuse, and with which facts. A door words it for its clients; staff read the message."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import ClassVar

from moneyed import Money

from ledger.wording import amount_text


class DomainError(Exception):
    """Something that the books refuse. `code` is stable; the text is for people."""

    code: ClassVar[str] = "refused"
    #: Which of several it refuses that came in one call, from 0.
    place: int | None = None


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
        super().__init__(f"{currency!r} is not the code of a currency in circulation.")
        self.currency = currency


class CurrencyClosed(CurrencyUnknown):
    """New credit is given only in a currency that people still pay with."""

    def __init__(self, *, currency: str, closed_from: date) -> None:
        super().__init__(currency=currency)
        self.args = (f"{currency} has been closed since {closed_from.isoformat()}: no new credit is given in it.",)


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
        super().__init__(f"{amount} has more decimals than {currency} has.")
        self.amount, self.currency = amount, currency


class AmountNotPositive(DomainError):
    """The amount must be more than nothing (for an adjustment: other than nothing)."""

    code = "amount_not_positive"

    def __init__(self, *, amount: Money) -> None:
        super().__init__(f"{amount_text(amount)} is not an amount that can be posted.")
        self.amount = amount


class AmountTooLarge(DomainError):
    """The amount, or the balance after it, is beyond what an account can hold."""

    code = "amount_too_large"

    def __init__(self, *, amount: Money) -> None:
        # Plain, because the amount may be too large for the formatting of money as well.
        super().__init__(f"{amount.amount} {amount.currency.code} is more than an account can hold.")
        self.amount = amount


class AmountTooLong(AmountTooLarge):
    """The amount has more digits than a column of decimals keeps on every database."""

    def __init__(self, *, amount: Money) -> None:
        DomainError.__init__(self, f"{amount.amount} {amount.currency.code} has more than fifteen digits.")
        self.amount = amount


class CurrencyMismatch(DomainError):
    """The account is kept in another currency."""

    code = "currency_mismatch"

    def __init__(self, *, account_number: str, account_currency: str, currency: str) -> None:
        super().__init__(f"Account {account_number} is kept in {account_currency}, not in {currency}.")
        self.account_number, self.account_currency, self.currency = account_number, account_currency, currency


class CustomerNotFound(DomainError):
    """No customer has that number or document id."""

    code = "customer_not_found"

    def __init__(self, *, identifier: str) -> None:
        super().__init__("There is no such customer.")
        self.identifier = identifier


class CustomerNumberTaken(DomainError):
    """Another customer has that number."""

    code = "customer_number_taken"

    def __init__(self, *, number: str) -> None:
        super().__init__(f"The customer number {number} is taken.")
        self.number = number


class CustomerNotActive(DomainError):
    """A banned or archived customer is given no new credit."""

    code = "customer_not_active"

    def __init__(self, *, number: str, status: str) -> None:
        super().__init__(f"Customer {number} is {status} and is given no new credit.")
        self.number, self.status = number, status


class AccountNotFound(DomainError):
    """There is no such account."""

    code = "account_not_found"

    def __init__(self, *, account: str) -> None:
        super().__init__(f"There is no account {account}.")
        self.account = account


class AccountNotOpen(DomainError):
    """A closed account never moves; a frozen one only by staff."""

    code = "account_not_open"

    def __init__(self, *, account_number: str, status: str) -> None:
        super().__init__(f"Account {account_number} is {status.lower()}.")
        self.account_number, self.status = account_number, status


class AccountNotEmpty(DomainError):
    """Only an account without value and holds can be closed."""

    code = "account_not_empty"

    def __init__(self, *, account_number: str, balance: Money) -> None:
        super().__init__(f"Account {account_number} holds {amount_text(balance)} and cannot be closed.")
        self.account_number, self.balance = account_number, balance


class InsufficientCredit(DomainError):
    """Less can be spent than was asked for."""

    code = "insufficient_credit"

    def __init__(self, *, account_number: str, available: Money, requested: Money) -> None:
        super().__init__(
            f"Account {account_number} has {amount_text(available)} to spend; {amount_text(requested)} was asked for."
        )
        self.account_number, self.available, self.requested = account_number, available, requested


class NotWhole(DomainError):
    """All that can be spent, or nothing."""

    code = "not_whole"

    def __init__(self, *, account_number: str, available: Money) -> None:
        super().__init__(f"Account {account_number} must be spent whole: {amount_text(available)}.")
        self.account_number, self.available = account_number, available


class ReasonUnknown(DomainError):
    """No active reason has that code."""

    code = "reason_unknown"

    def __init__(self, *, reason: str) -> None:
        super().__init__(f"There is no active reason {reason!r}.")
        self.reason = reason


class ReasonMissing(DomainError):
    """A correction says why: by a reason or in a note."""

    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__("Say why: a reason or a note is needed.")


class ReasonNeedsNote(DomainError):
    """The reason asks for a note."""

    code = "reason_needs_note"

    def __init__(self, *, reason: str) -> None:
        super().__init__(f"Reason {reason} needs a note.")
        self.reason = reason


class ReasonNeedsOrder(DomainError):
    """The reason asks for the order it refers to."""

    code = "reason_needs_order"

    def __init__(self, *, reason: str) -> None:
        super().__init__(f"Reason {reason} needs the order as its reference.")
        self.reason = reason


class ExpiryInThePast(DomainError):
    """Credit cannot be issued that has expired already."""

    code = "expiry_in_the_past"

    def __init__(self) -> None:
        super().__init__("The expiry is not in the future.")


class TransactionNotFound(DomainError):
    """There is no such transaction."""

    code = "transaction_not_found"

    def __init__(self, *, transaction: str) -> None:
        super().__init__(f"There is no transaction {transaction}.")
        self.transaction = transaction


class DayOutOfRange(DomainError):
    """A day or moment at the ends of the calendar, which cannot be reckoned with."""

    code = "day_out_of_range"

    def __init__(self) -> None:
        super().__init__("That day is too far away, or too long ago.")


class NotReversible(DomainError):
    """A reversal, or a move whose other side is not found, is not undone, and only a spend is refunded."""

    code = "not_reversible"

    def __init__(self, *, number: int, type: str) -> None:
        super().__init__(f"Transaction {number} ({type.lower()}) cannot be reversed.")
        self.number, self.type = number, type


class AlreadyReversed(DomainError):
    """A transaction is reversed once, and not after a refund of it."""

    code = "already_reversed"

    def __init__(self, *, number: int) -> None:
        super().__init__(f"Transaction {number} has been reversed or refunded already.")
        self.number = number


class RefundExceedsSpend(DomainError):
    """The refunds of a spend never add up to more than it took."""

    code = "refund_exceeds_spend"

    def __init__(self, *, number: int, refundable: Money, requested: Money) -> None:
        super().__init__(
            f"Transaction {number} has {amount_text(refundable)} left to refund; "
            f"{amount_text(requested)} was asked for."
        )
        self.number, self.refundable, self.requested = number, refundable, requested


class CreditAlreadySpent(DomainError):
    """Credit that was partly spent, held or expired cannot be taken back by a reversal."""

    code = "credit_already_spent"

    def __init__(self, *, number: int, remaining: Money, amount: Money) -> None:
        super().__init__(
            f"Of the {amount_text(amount)} that transaction {number} brought in, only {amount_text(remaining)} is left "
            "to take back."
        )
        self.number, self.remaining, self.amount = number, remaining, amount


class MovementKeyUsed(DomainError):
    """One movement key, one transaction, for ever."""

    code = "movement_key_used"

    def __init__(self, *, key: str) -> None:
        super().__init__(f"The movement {key!r} has been posted already.")
        self.key = key


class OpeningDiffers(DomainError):
    """An opening balance was brought in before, and was another amount."""

    code = "opening_differs"

    def __init__(self, *, line: int) -> None:
        super().__init__(f"Line {line} was brought in before with another balance.")
        self.line = line


class ControlsDiffer(DomainError):
    """What was written does not come to what it should; it is taken back."""

    code = "controls_differ"

    def __init__(self, *, currency: str) -> None:
        super().__init__(f"What was written in {currency} is not what the file and its control total say.")
        self.currency = currency


class SameAccount(DomainError):
    """A transfer needs two accounts."""

    code = "same_account"

    def __init__(self, *, account_number: str) -> None:
        super().__init__(f"Account {account_number} cannot transfer to itself.")
        self.account_number = account_number


class HoldNotFound(DomainError):
    """There is no such hold."""

    code = "hold_not_found"

    def __init__(self, *, hold: str) -> None:
        super().__init__(f"There is no hold {hold}.")
        self.hold = hold


class HoldNotOpen(DomainError):
    """A hold is captured, released or timed out once."""

    code = "hold_not_open"

    def __init__(self, *, hold: str, status: str) -> None:
        super().__init__(f"Hold {hold} is {status.lower()}.")
        self.hold, self.status = hold, status


class HoldTooSmall(DomainError):
    """More was to be captured than the hold has left."""

    code = "hold_too_small"

    def __init__(self, *, hold: str, left: Money, requested: Money) -> None:
        super().__init__(f"Hold {hold} has {amount_text(left)} left; {amount_text(requested)} was to be captured.")
        self.hold, self.left, self.requested = hold, left, requested


class HoldLastsLonger(DomainError):
    """A hold is only ever extended."""

    code = "hold_lasts_longer"

    def __init__(self, *, hold: str) -> None:
        super().__init__(f"Hold {hold} lasts longer already; to end it sooner, release it.")
        self.hold = hold


class DatabaseBusy(DomainError):
    """The database was locked or in conflict beyond the retries; nothing was written, and trying again is safe."""

    code = "database_busy"

    def __init__(self) -> None:
        super().__init__("The database is busy. Nothing was written; try again.")
