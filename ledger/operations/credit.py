"""Credit comes in, credit goes out."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from moneyed import Money

from ledger.days import require_reckoned
from ledger.errors import (
    AmountNotPositive,
    AmountTooLarge,
    CurrencyMismatch,
    CustomerNotActive,
    ExpiryInThePast,
    NotWhole,
)
from ledger.models import (
    AccountKind,
    Actor,
    CounterAccount,
    CustomerStatus,
    Funding,
    Transaction,
    TransactionType,
)
from ledger.money import from_minor, require_open, to_minor
from ledger.operations.accounts import open_account_with
from ledger.operations.atomic import operation
from ledger.operations.endings import Ending
from ledger.operations.reasons import Booking, booking_for, require_reason, require_why
from ledger.posting import (
    LARGEST_BALANCE_MINOR,
    UNEXPLAINED,
    LockedAccount,
    Movement,
    NewLot,
    Why,
    lock_account,
    post,
    require_currency,
    require_movable,
    take_from_lots,
)
from ledger.queries.spendable import sum_spendable_minor
from ledger.queries.wallets import Wallet

_ONE_DAY = timedelta(days=1)


@operation
def issue_credit(
    *,
    wallet: Wallet,
    amount: Money,
    actor: Actor,
    now: datetime,
    why: Why = UNEXPLAINED,
    funding: str | None = None,
    expires_at: datetime | None = None,
    comes_back: bool = False,
) -> Transaction:
    """
    Give a customer store credit. The first credit in a currency opens the account.

    :param amount: positive, in the wallet's currency.
    :param why: without a reason the credit is goodwill, or what `funding` says.
    :param expires_at: the first moment at which it cannot be spent any more; None: the reason's life, else for ever.
    :param comes_back: as `add_credit`.
    :raises AmountNotPositive, AmountNotExact, AmountTooLarge, CurrencyMismatch: for such an amount.
    :raises CustomerNotActive: if the customer is banned or archived.
    :raises ReasonUnknown, ReasonNeedsNote, ReasonNeedsOrder: as the reason demands.
    :raises ExpiryInThePast: if it would have expired at `now`.
    :raises AccountNotOpen: if the account is closed, or frozen and the actor is not staff.
    :raises MovementKeyUsed: if the key has been used.
    """
    if wallet.currency != amount.currency.code:
        raise CurrencyMismatch(
            account_number=wallet.account_number or wallet.number,
            account_currency=wallet.currency,
            currency=amount.currency.code,
        )
    if wallet.status in {CustomerStatus.BANNED, CustomerStatus.ARCHIVED}:
        raise CustomerNotActive(number=wallet.number, status=wallet.status)
    positive_minor(amount)
    account_id = wallet.account_id
    if account_id is None:
        with connection.cursor() as cursor:
            account_id = open_account_with(
                cursor,
                kind=AccountKind.STORE_CREDIT,
                currency=wallet.currency,
                now=now,
                customer_id=wallet.customer_id,
                test_mode=wallet.test_mode,
            )
    return add_credit(
        account_id=account_id,
        amount=amount,
        type=TransactionType.ISSUE,
        actor=actor,
        now=now,
        why=why,
        funding=funding,
        expires_at=expires_at,
        is_for_customer=True,
        comes_back=comes_back,
    )


@operation
def add_credit(
    *,
    account_id: int,
    amount: Money,
    type: TransactionType,
    actor: Actor,
    now: datetime,
    why: Why = UNEXPLAINED,
    funding: str | None = None,
    expires_at: datetime | None = None,
    ending: Ending | None = None,
    is_for_customer: bool = False,
    comes_back: bool = False,
) -> Transaction:
    """
    Bring new credit into an account as one lot.

    :param amount: positive, in the account's currency.
    :param ending: when all credit of the account ends, whatever a reason says.
    :param is_for_customer: only for a customer who is given new credit.
    :param comes_back: it was somebody's before, and is owed in a closed currency, too.
    :param type: ISSUE, LOAD or IMPORT. An import is booked to OPENING and counts as imported unless it says otherwise.
    :raises AmountNotPositive, AmountNotExact, AmountTooLarge, CurrencyMismatch: for such an amount.
    :raises CurrencyClosed: if nobody pays with the currency any more.
    :raises ReasonUnknown, ReasonNeedsNote, ReasonNeedsOrder: as the reason demands.
    :raises ExpiryInThePast: if it would have expired at `now`.
    :raises CustomerNotActive, AccountNotFound, AccountNotOpen, MovementKeyUsed: as `posting.post`.
    """
    amount_minor = positive_minor(amount)
    if not comes_back:
        require_open(amount.currency.code, now.date())
    imported = type == TransactionType.IMPORT
    if imported and why.reason is None and funding is None:
        funding = Funding.IMPORTED
    booking = booking_for(why=why, funding=funding)
    with connection.cursor() as cursor:
        until = ending or (None if expires_at is None else Ending(expires_at))
        expiry, account = _expiry(cursor, booking, until, account_id, now)
        return post(
            cursor,
            Movement(
                account_id=account_id,
                currency=amount.currency.code,
                type=type.value,
                amount_minor=amount_minor,
                counter_account=CounterAccount.OPENING.value if imported else str(booking.counter_account),
                lots=(NewLot(amount_minor, str(booking.funding), expiry),),
                actor=actor,
                now=now,
                why=why,
                is_for_customer=is_for_customer,
            ),
            account,
        )


@operation
def spend_credit(
    *,
    account_id: int,
    amount: Money,
    actor: Actor,
    now: datetime,
    why: Why = UNEXPLAINED,
    whole: bool = False,
    locked: LockedAccount | None = None,
) -> Transaction:
    """
    Take credit from an account for a purchase: soonest expiry first, never-expiring last, then oldest.

    :param amount: positive, in the account's currency; the transaction carries it negative.
    :param whole: refuse anything but all that can be spent.
    :param locked: the account, if the present transaction has locked it and read it under that lock.
    :raises NotWhole: if `whole` and another amount can be spent.
    :raises AmountNotPositive, AmountNotExact, CurrencyMismatch: for such an amount.
    :raises InsufficientCredit: if less can be spent at `now`: expired and held credit cannot.
    :raises ReasonUnknown, ReasonNeedsNote, ReasonNeedsOrder: as the reason demands.
    :raises AccountNotFound, AccountNotOpen, MovementKeyUsed: as `posting.post`.
    """
    require_reason(why=why)
    return _debit(
        account_id=account_id,
        amount_minor=positive_minor(amount),
        currency=amount.currency.code,
        type=TransactionType.REDEEM,
        counter_account=CounterAccount.SALES,
        actor=actor,
        now=now,
        why=why,
        whole=whole,
        locked=locked,
    )


@operation
def adjust_credit(
    *,
    account_id: int,
    amount: Money,
    actor: Actor,
    now: datetime,
    why: Why = UNEXPLAINED,
    expires_at: datetime | None = None,
) -> Transaction:
    """
    Correct an account up or down against ADJUSTMENTS. A reason or a note says why.

    :param amount: signed, not zero, in the account's currency.
    :raises AmountNotPositive: if it is zero.
    :raises ReasonMissing, ReasonUnknown, ReasonNeedsNote, ReasonNeedsOrder: if it is not said why.
    :raises InsufficientCredit: if more is to be taken than can be spent.
    :raises AmountNotExact, AmountTooLarge, CurrencyMismatch, ExpiryInThePast: for such an amount or expiry.
    :raises AccountNotFound, AccountNotOpen, MovementKeyUsed: as `posting.post`.
    """
    require_why(why=why)
    amount_minor = to_minor(amount)
    common: dict[str, Any] = {
        "currency": amount.currency.code,
        "type": TransactionType.ADJUST,
        "counter_account": CounterAccount.ADJUSTMENTS,
        "actor": actor,
        "now": now,
        "why": why,
    }
    if amount_minor < 0:
        return _debit(account_id=account_id, amount_minor=-amount_minor, **common)
    positive_minor(amount)
    booking = booking_for(why=why, funding=None)
    with connection.cursor() as cursor:
        until = None if expires_at is None else Ending(expires_at)
        expiry, account = _expiry(cursor, booking, until, account_id, now)
        lots = (NewLot(amount_minor, str(booking.funding), expiry),)
        return post(cursor, Movement(account_id=account_id, amount_minor=amount_minor, lots=lots, **common), account)


def _expiry(
    cursor: CursorWrapper, booking: Booking, until: Ending | None, account_id: int, now: datetime
) -> tuple[datetime | None, LockedAccount | None]:
    """
    Until when new credit lives. A reason's days count from the date of the entry, which its account's last one may set.

    :raises ExpiryInThePast: if it would have expired at `now`.
    :raises DayOutOfRange: if its last day is too far away.
    """
    if until is None and booking.expires_in_days is not None:
        account = lock_account(cursor, account_id)
        return booking.expiry(None, account.moment(now)), account
    expiry = until.at if until else None
    if expiry is not None and expiry <= now:
        raise ExpiryInThePast
    if expiry is not None:
        require_reckoned(expiry - _ONE_DAY)
    return expiry, None


def _debit(
    *,
    account_id: int,
    amount_minor: int,
    currency: str,
    type: TransactionType,
    counter_account: CounterAccount,
    actor: Actor,
    now: datetime,
    why: Why,
    whole: bool = False,
    locked: LockedAccount | None = None,
) -> Transaction:
    with connection.cursor() as cursor:
        account = locked or lock_account(cursor, account_id)
        require_movable(account, actor)
        require_currency(account, currency)
        at = account.moment(now)
        chosen = take_from_lots(cursor, account, amount_minor, at)
        if whole and (live_minor := sum_spendable_minor(account_id=account.id, now=at)) != amount_minor:
            raise NotWhole(account_number=account.number, available=from_minor(live_minor, currency))
        return post(
            cursor,
            Movement(
                account_id=account.id,
                currency=currency,
                type=type.value,
                amount_minor=-amount_minor,
                counter_account=counter_account.value,
                uses=[lot.use(taken) for lot, taken in chosen],
                actor=actor,
                now=now,
                why=why,
            ),
            account,
        )


def positive_minor(amount: Money) -> int:
    """
    The amount in minor units.

    :raises AmountNotPositive: if it is not more than nothing.
    :raises AmountNotExact: if it has more decimals than its currency.
    :raises AmountTooLarge: if no account could hold it.
    """
    amount_minor = to_minor(amount)
    if amount_minor <= 0:
        raise AmountNotPositive(amount=amount)
    if amount_minor > LARGEST_BALANCE_MINOR:
        raise AmountTooLarge(amount=amount)
    return amount_minor
