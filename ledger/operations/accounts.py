from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models.functions import Coalesce

from ledger.errors import AccountNotEmpty, CustomerIsAnother, CustomerNotFound
from ledger.models import Account, AccountEvent, AccountKind, AccountStatus, Actor, Customer, made_by
from ledger.models.identifiers import new_account_number
from ledger.money import from_minor
from ledger.operations.atomic import operation
from ledger.posting import LockedAccount, lock_account, lock_accounts
from ledger.posting.locks import moment, vendor
from ledger.queries.currencies import require_in_use

#: What the account numbers of each kind begin with.
PREFIXES = {AccountKind.STORE_CREDIT: "SC", AccountKind.GIFT_CARD: "GC"}

# Whoever was merged into another is that other. Whoever is about to merge them is waited for and seen.
_OF_CUSTOMER = (
    "SELECT %s, %s, %s, 'OPEN', 0, 0, 0, %s, %s, COALESCE(c.merged_into_id, c.id) "
    "FROM ledger_customer c WHERE c.id = %s"
)
_FOR_CUSTOMER = {"postgresql": f"{_OF_CUSTOMER} FOR KEY SHARE", "sqlite": _OF_CUSTOMER}


@operation
def open_account(
    *, kind: AccountKind, currency: str, now: datetime, customer_id: int | None = None, test_mode: bool = False
) -> int:
    """
    The id of a new account; for store credit, of the one that the customer has in this currency already. A customer who
    was merged into another is that other.

    :raises CurrencyUnknown: if it is not a currency in circulation, and no account is kept in it.
    :raises CustomerNotFound: if there is no such customer, or one of the other mode.
    """
    require_in_use(currency)
    if customer_id is not None:
        known = Customer.objects.filter(pk=customer_id, test_mode=test_mode)
        found = known.values_list(Coalesce("merged_into_id", "pk"), flat=True).first()
        if found is None:
            raise CustomerNotFound(identifier=str(customer_id))
        customer_id = found
    with connection.cursor() as cursor:
        return open_account_with(
            cursor, kind=kind, currency=currency, now=now, customer_id=customer_id, test_mode=test_mode
        )


def open_account_with(
    cursor: CursorWrapper, *, kind: AccountKind, currency: str, now: datetime, customer_id: int | None, test_mode: bool
) -> int:
    """`open_account` inside a posting: one statement, two if somebody else has just opened it."""
    values = [str(kind), currency, test_mode, moment(now), *([] if customer_id is None else [customer_id])]
    source = "VALUES (%s, %s, %s, 'OPEN', 0, 0, 0, %s, %s, NULL)" if customer_id is None else _FOR_CUSTOMER[vendor()]
    while True:
        cursor.execute(
            "INSERT INTO ledger_account (number, kind, currency, status, balance_minor, held_minor, sequence, "
            f"test_mode, created_at, customer_id) {source} ON CONFLICT DO NOTHING RETURNING id",
            [new_account_number(PREFIXES[kind]), *values],
        )
        if rows := cursor.fetchall():
            return int(rows[0][0])
        cursor.execute(
            "SELECT a.id FROM ledger_customer c "
            "JOIN ledger_account a ON a.customer_id = COALESCE(c.merged_into_id, c.id) "
            "WHERE c.id = %s AND a.currency = %s AND a.kind = 'STORE_CREDIT'",
            [customer_id, currency],
        )
        # No row: the random number was taken, and the loop draws another.
        if (rows := cursor.fetchall()) and kind == AccountKind.STORE_CREDIT:
            return int(rows[0][0])
        if customer_id is not None and not Customer.objects.filter(pk=customer_id).exists():
            raise CustomerNotFound(identifier=str(customer_id))


@operation
def lock_account_rows(*, account_ids: Iterable[int]) -> dict[int, LockedAccount]:
    """
    Make whatever else would move these accounts wait until the present transaction ends: each as it is then.

    :raises AccountNotFound: if one of them does not exist.
    """
    with connection.cursor() as cursor:
        return lock_accounts(cursor, account_ids)


@operation
def set_account_status(
    *, account_id: int, status: AccountStatus, actor: Actor, now: datetime, note: str = ""
) -> Account:
    """
    Freeze, unfreeze, close or reopen an account, and write down who did it and why. A frozen one moves only by staff, a
    closed one never.

    :raises AccountNotFound: if there is none.
    :raises AccountNotEmpty: if it is to be closed and still holds value.
    :raises CustomerIsAnother: if it is closed and its customer was merged into another: their credit is there.
    """
    with connection.cursor() as cursor:
        locked = lock_account(cursor, account_id)
    if locked.status == AccountStatus.CLOSED != status and locked.customer_id is not None:
        # A merger that is under way is waited for: it closes what is open, and nothing of its twin opens after it.
        owner = Customer.objects.select_for_update(no_key=True).get(pk=locked.customer_id)
        if owner.merged_into_id is not None:
            raise CustomerIsAnother(number=owner.number)
    if status == AccountStatus.CLOSED and locked.balance_minor:
        raise AccountNotEmpty(account_number=locked.number, balance=from_minor(locked.balance_minor, locked.currency))
    _change_statuses([locked], status, actor, now, note)
    return Account.objects.get(pk=account_id)


@operation
def set_account_statuses(
    *, account_ids: Sequence[int], status: AccountStatus, actor: Actor, now: datetime, note: str = ""
) -> None:
    """
    Freeze, unfreeze or close many accounts, and write down who did it and why.

    :raises AccountNotFound: if one of them does not exist.
    :raises IntegrityError: if one is to be closed and still holds value.
    """
    with connection.cursor() as cursor:
        locked = lock_accounts(cursor, account_ids)
    _change_statuses(list(locked.values()), status, actor, now, note)


def _change_statuses(
    accounts: Sequence[LockedAccount], status: AccountStatus, actor: Actor, now: datetime, note: str
) -> None:
    """The lines that tell of it first: the database lets no status change without one."""
    changing = [account for account in accounts if account.status != status]
    AccountEvent.objects.bulk_create(
        [
            AccountEvent(
                account_id=account.id,
                from_status=account.status,
                to_status=status,
                why=note[:500],
                **made_by(actor, now),
            )
            for account in changing
        ],
        batch_size=500,
    )
    if changing:
        Account.objects.filter(pk__in=[account.id for account in changing]).update(status=status)
