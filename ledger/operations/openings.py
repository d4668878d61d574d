"""
What customers had elsewhere when the shop moved here: opening balances of store credit, against OPENING.

A balance is known for ever by its customer, currency, last day and reference, whatever file says it and in which order:
it comes in once. Portions of one transaction each, so a run that was killed is simply run again. What a portion has
written is counted in the books before it is committed, and the whole may not pass the control totals.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.errors import ControlsDiffer, CustomerNotFound, ExpiryInThePast, OpeningDiffers
from ledger.models import (
    Account,
    AccountKind,
    AccountStatus,
    Actor,
    CounterAccount,
    Funding,
    Transaction,
    TransactionType,
)
from ledger.models.identifiers import new_account_number
from ledger.operations.accounts import PREFIXES
from ledger.operations.atomic import operation
from ledger.operations.bulk import insert_accounts
from ledger.posting import Movement, NewLot, Why, lock_accounts, post_many
from ledger.queries.customers import find_bearers, find_bearers_of_emails

ROWS_AT_ONCE = 1000


class OpeningStatus(models.TextChoices):
    IMPORTED = "imported", _("Imported")
    PRESENT = "present", _("Imported before")
    EMPTY = "empty", _("Nothing to bring in")


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """A balance as a file says it, in minor units. The customer is named by number or, without one, by e-mail."""

    line: int
    customer_number: str
    customer_email: str
    balance_minor: int
    currency: str
    expires_on: date | None = None
    expires_at: datetime | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class OpenedBalance:
    """What became of a row. The transaction is the entry that brought it in, now or before; None if there is none."""

    line: int
    customer_number: str
    account_number: str
    transaction_number: int | None
    status: OpeningStatus


@dataclass(frozen=True, slots=True)
class OpeningConflict:
    """Why a row cannot come into these books."""

    line: int
    column: str
    message: str


@dataclass
class OpeningCounts:
    """How many rows would bring something in, have done so before, or say that there is nothing."""

    new: int = 0
    present: int = 0
    empty: int = 0


@dataclass(frozen=True, slots=True)
class _Payee:
    """
    :param known_as: whose number or address it was before any merger: the same file brings nothing in a second time.
    """

    known_as: int
    customer_id: int
    number: str


def preview_opening_balances(
    *,
    rows: Iterable[OpeningRow],
    now: datetime,
    find_twin: Callable[[str, int], int | None],
    on_conflict: Callable[[OpeningConflict], None],
    test_mode: bool = False,
) -> OpeningCounts:
    """
    What `import_opening_balances` would do.

    :param find_twin: remembers what the row of a line is known by; the line of another row that is known by it.
    :param on_conflict: called with each row that would be refused.
    """
    counts = OpeningCounts()
    for portion in _portions(rows):
        payees = _find_payees(portion, test_mode)
        known = _read_known([_key(row, payee) for row, payee in _known_pairs(portion, payees)])
        barred = _read_barred({payee.customer_id for payee in payees.values() if isinstance(payee, _Payee)})
        for row in portion:
            payee = payees[row.line]
            if not isinstance(payee, _Payee):
                on_conflict(payee)
            elif conflict := _find_conflict(row, payee, known, barred, now, find_twin):
                on_conflict(conflict)
            elif not row.balance_minor:
                counts.empty += 1
            elif _key(row, payee) in known:
                counts.present += 1
            else:
                counts.new += 1
    return counts


def import_opening_balances(
    *,
    rows: Iterable[OpeningRow],
    expected_minor: Mapping[str, int],
    actor: Actor,
    now: datetime,
    source: str,
    test_mode: bool = False,
    on_portion: Callable[[list[OpenedBalance]], None] = lambda done: None,
) -> None:
    """
    Bring in the balances that are not here yet, each as an IMPORT entry against OPENING that opens the account if need
    be. A customer who is banned or archived gets theirs, too: it is owed already.

    :param expected_minor: the control totals by currency, which what is here in the end comes to.
    :param source: where they come from; stands in each entry.
    :param on_portion: called after each portion with what became of its rows, in their order.
    :raises CustomerNotFound: if a row's customer does not exist, or several have the address; the portions before stay,
        here and below.
    :raises OpeningDiffers: if a balance was brought in before and was another.
    :raises ControlsDiffer: if what a portion has written is not what its rows say, or passes a control total.
    :raises AccountNotOpen, AmountTooLarge, ExpiryInThePast: for such a row.
    """
    booked_minor: Counter[str] = Counter()
    for portion in _portions(rows):
        done, minor = _import_portion(
            rows=portion,
            left_minor={code: total - booked_minor[code] for code, total in expected_minor.items()},
            actor=actor,
            now=now,
            source=source,
            test_mode=test_mode,
        )
        booked_minor.update(minor)
        on_portion(done)
    for currency, total in expected_minor.items():
        if booked_minor[currency] != total:
            raise ControlsDiffer(currency=currency)


@operation
def _import_portion(
    *,
    rows: Sequence[OpeningRow],
    left_minor: Mapping[str, int],
    actor: Actor,
    now: datetime,
    source: str,
    test_mode: bool,
) -> tuple[list[OpenedBalance], Mapping[str, int]]:
    payees: dict[int, _Payee] = {}
    for line, payee in _find_payees(rows, test_mode).items():
        if not isinstance(payee, _Payee):
            raise CustomerNotFound(identifier=gettext("of line %(line)s") % {"line": line})
        payees[line] = payee
    worth = [row for row in rows if row.balance_minor]
    with connection.cursor() as cursor:
        accounts = _open_accounts(cursor, {(payees[r.line].customer_id, r.currency) for r in worth}, now, test_mode)
        locked = lock_accounts(cursor, accounts.values())
        known = _read_known([_key(row, payees[row.line]) for row in worth])
        movements: list[Movement] = []
        for row in worth:
            payee = payees[row.line]
            account = locked[accounts[payee.customer_id, row.currency]]
            before = known.get(_key(row, payee))
            if before and before[0] != row.balance_minor:
                raise OpeningDiffers(line=row.line)
            if before:
                continue
            if row.expires_at is not None and row.expires_at <= account.moment(now):
                raise ExpiryInThePast
            movements.append(_movement(row, account.id, _key(row, payee), actor, now, source))
        numbers = {entry.key: entry.number for entry in post_many(cursor, movements, locked)}
        minor = _count_in_the_books(cursor, worth, payees)
    _require_within(minor, _sum(worth), left_minor)
    numbers |= {key: number for key, (_, number) in known.items()}
    done = []
    for row in rows:
        payee = payees[row.line]
        if not row.balance_minor:
            done.append(OpenedBalance(row.line, payee.number, "", None, OpeningStatus.EMPTY))
            continue
        key, account_id = _key(row, payee), accounts[payee.customer_id, row.currency]
        status = OpeningStatus.PRESENT if key in known else OpeningStatus.IMPORTED
        done.append(OpenedBalance(row.line, payee.number, locked[account_id].number, numbers[key], status))
    return done, minor


def _movement(row: OpeningRow, account_id: int, key: str, actor: Actor, now: datetime, source: str) -> Movement:
    return Movement(
        account_id=account_id,
        currency=row.currency,
        type=TransactionType.IMPORT.value,
        amount_minor=row.balance_minor,
        counter_account=CounterAccount.OPENING.value,
        lots=(NewLot(row.balance_minor, Funding.IMPORTED.value, row.expires_at),),
        actor=actor,
        now=now,
        why=Why(note=f"From {source}"[:500], reference=row.reference, key=key, details={"line": row.line}),
    )


def _key(row: OpeningRow, payee: _Payee) -> str:
    """What a balance is known by for ever. The customer's id says the mode, too."""
    reference = hashlib.sha256(row.reference.encode()).hexdigest()[:32] if row.reference else ""
    day = row.expires_on.isoformat() if row.expires_on else ""
    return f"opening:{payee.known_as}:{row.currency}:{day}:{reference}"


def _find_payees(rows: Sequence[OpeningRow], test_mode: bool) -> dict[int, _Payee | OpeningConflict]:
    numbers = {row.customer_number for row in rows if row.customer_number}
    by_number = find_bearers(numbers=numbers, test_mode=test_mode)
    emails = {row.customer_email for row in rows if not row.customer_number}
    by_email = find_bearers_of_emails(emails=emails, test_mode=test_mode) if emails else {}
    payees: dict[int, _Payee | OpeningConflict] = {}
    for row in rows:
        if row.customer_number:
            ids = by_number.get(row.customer_number)
            found = [] if ids is None else [(*ids, row.customer_number)]
            column, several = "customer_number", ""
        else:
            found = _as_one(by_email[row.customer_email.casefold()])
            column, several = (
                "customer_email",
                gettext("%(found)s customers have this address; name the one by number") % {"found": len(found)},
            )
        missing = gettext("there is no such customer")
        payees[row.line] = (
            _Payee(*found[0]) if len(found) == 1 else OpeningConflict(row.line, column, several if found else missing)
        )
    return payees


def _as_one(found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Those who have an address, where all who had it are one by now: as that one."""
    one = {(pk, number) for _, pk, number in found}
    return [(pk, pk, number) for pk, number in one] if len(found) > len(one) else found


def _known_pairs(
    rows: Sequence[OpeningRow], payees: Mapping[int, _Payee | OpeningConflict]
) -> Iterator[tuple[OpeningRow, _Payee]]:
    for row in rows:
        payee = payees[row.line]
        if isinstance(payee, _Payee) and row.balance_minor:
            yield row, payee


def _find_conflict(
    row: OpeningRow,
    payee: _Payee,
    known: Mapping[str, tuple[int, int]],
    barred: Mapping[tuple[int, str], str],
    now: datetime,
    find_twin: Callable[[str, int], int | None],
) -> OpeningConflict | None:
    if not row.balance_minor:
        return None
    key = _key(row, payee)
    if (twin := find_twin(key, row.line)) is not None:
        message = gettext(
            "line %(twin)s says a balance of the same customer, currency, last day and reference already"
        ) % {"twin": twin}
        return OpeningConflict(row.line, "", message)
    before = known.get(key)
    if before and before[0] != row.balance_minor:
        message = gettext("was brought in before with another balance, by transaction %(number)s") % {
            "number": before[1]
        }
        return OpeningConflict(row.line, "balance", message)
    if before:
        return None
    if row.expires_at is not None and row.expires_at <= now:
        return OpeningConflict(row.line, "expires_on", gettext("that day is over"))
    if status := barred.get((payee.customer_id, row.currency)):
        return OpeningConflict(
            row.line,
            "",
            gettext("the customer's account in %(row_currency)s is %(state)s")
            % {"row_currency": row.currency, "state": status.lower()},
        )
    return None


def _read_known(keys: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Amount and number of the entries that have these keys."""
    rows = Transaction.objects.filter(key__in=keys).values_list("key", "amount_minor", "number")
    return {str(key): (amount_minor, number) for key, amount_minor, number in rows}


def _read_barred(customer_ids: set[int]) -> dict[tuple[int, str], str]:
    """The accounts of store credit of these customers into which nothing comes, with their status."""
    accounts = Account.objects.filter(customer_id__in=customer_ids, kind=AccountKind.STORE_CREDIT)
    rows = accounts.exclude(status=AccountStatus.OPEN).values_list("customer_id", "currency", "status")
    return {(customer_id, currency): status for customer_id, currency, status in rows if customer_id is not None}


def _open_accounts(
    cursor: CursorWrapper, wanted: set[tuple[int, str]], now: datetime, test_mode: bool
) -> dict[tuple[int, str], int]:
    """The accounts of these customers and currencies; those that there are not yet are opened with one statement."""
    ids = {customer_id for customer_id, _ in wanted}
    while True:
        existing = Account.objects.filter(customer_id__in=ids, kind=AccountKind.STORE_CREDIT)
        found = {
            (c, code): pk for c, code, pk in existing.values_list("customer_id", "currency", "pk") if c is not None
        }
        # In one order, so that two imports that open the same accounts wait for each other in it.
        missing = sorted(wanted - found.keys())
        if not missing:
            return {pair: found[pair] for pair in wanted}
        prefix = PREFIXES[AccountKind.STORE_CREDIT]
        new = [(new_account_number(prefix), customer_id, currency) for customer_id, currency in missing]
        insert_accounts(cursor, AccountKind.STORE_CREDIT, new, now, test_mode)


def _count_in_the_books(
    cursor: CursorWrapper, rows: Sequence[OpeningRow], payees: Mapping[int, _Payee]
) -> dict[str, int]:
    """What stands in the books for these rows, each once, by currency."""
    keys = {_key(row, payees[row.line]) for row in rows}
    entries = Transaction.objects.filter(key__in=keys).order_by()
    sums = entries.values_list("currency").annotate(total=models.Sum("amount_minor"))
    return {currency: int(total) for currency, total in sums}


def _sum(rows: Sequence[OpeningRow]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for row in rows:
        sums[row.currency] += row.balance_minor
    return dict(sums)


def _require_within(found: Mapping[str, int], said: Mapping[str, int], left_minor: Mapping[str, int]) -> None:
    for currency in sorted(found.keys() | said.keys()):
        total = found.get(currency, 0)
        if total != said.get(currency, 0) or total > left_minor.get(currency, 0):
            raise ControlsDiffer(currency=currency)


def _portions(rows: Iterable[OpeningRow]) -> Iterator[list[OpeningRow]]:
    waiting = iter(rows)
    while portion := list(islice(waiting, ROWS_AT_ONCE)):
        yield portion
