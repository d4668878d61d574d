"""Two customers who turn out to be one, and two again if that was a mistake."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from ledger.errors import AlreadyReversed, CreditAlreadySpent, CustomerNotFound, MergeRefused, NotReversible
from ledger.models import Account, AccountKind, AccountStatus, Actor, Customer, CustomerStatus, LotExpiry, Transaction
from ledger.money import from_minor
from ledger.operations.accounts import lock_account_rows, open_account, set_account_statuses
from ledger.operations.atomic import operation
from ledger.operations.corrections import reverse_transaction
from ledger.operations.expiry import expire_credit_of
from ledger.operations.holds import release_timed_out_holds_of
from ledger.operations.moves import transfer_credit
from ledger.posting import LockedAccount, Why
from ledger.queries.undoing import find_other_side

_LEFT = (CustomerStatus.BANNED, CustomerStatus.ARCHIVED)


@dataclass(frozen=True, slots=True)
class Merged:
    """
    What a merger did, which is what `unmerge_customers` takes back.

    :param moves: the outgoing side of each transfer.
    :param closed: the accounts that it closed.
    :param followed: customers who had been merged into this one before, and went along.
    :param status: what the customer was before.
    """

    moves: tuple[UUID, ...]
    closed: tuple[int, ...]
    followed: tuple[int, ...]
    status: str


@operation
def merge_customers(
    *,
    twin_id: int,
    survivor_id: int,
    actor: Actor,
    now: datetime,
    why: Why,
    besides: Callable[[], Collection[int]] = tuple,
) -> Merged:
    """
    Let one customer become another: all their store credit moves, each piece with its funding and its expiry; they are
    archived, and whoever looks for them finds the other.

    :param why: its key begins those of the moves, `key:EUR`.
    :param besides: further accounts that the caller moves; locked in the same statement, asked for again under it.
    :raises CustomerNotFound: if one of them does not exist, or they are of different modes.
    :raises MergeRefused: if they are one, one was merged or made anonymous before or is given no credit, an account is
        frozen, or credit is held.
    """
    _read_both(twin_id, survivor_id)
    accounts = _lock_all(twin_id, survivor_id, besides, now)
    twin, survivor = _read_both(twin_id, survivor_id, locked=True)
    _require_mergeable(twin, survivor)
    own = [account for account in accounts if account.customer_id == twin.pk]
    for account in own:
        _require_open(account)
    if own:
        release_timed_out_holds_of(account_ids=[account.id for account in own], actor=actor, now=now)
    moves = [move for account in own if (move := _move(account, survivor, actor, now, why)) is not None]
    closed = [account.id for account in own if account.status != AccountStatus.CLOSED]
    if closed:
        set_account_statuses(account_ids=closed, status=AccountStatus.CLOSED, actor=actor, now=now, note=why.note)
    merged = Merged(tuple(moves), tuple(closed), _send_on(twin.pk, survivor.pk), twin.status)
    twin.status, twin.merged_into, twin.updated_at = CustomerStatus.ARCHIVED, survivor, now
    twin.save(update_fields=["status", "merged_into", "updated_at"])
    return merged


@operation
def unmerge_customers(
    *,
    twin_id: int,
    survivor_id: int,
    merged: Merged,
    actor: Actor,
    now: datetime,
    why: Why,
    besides: Callable[[], Collection[int]] = tuple,
) -> None:
    """
    Take a merger back, all of it or nothing: each transfer is reversed as a pair, and the customer is themself again.

    What came in for them since stays where it is.

    :raises MergeRefused: if they are not merged, or were merged on or made anonymous since, or some of what moved has
        been spent, held or has expired since.
    """
    ids = {*merged.closed, *besides()}
    ids.update(_store_credit_of([survivor_id]).values_list("pk", flat=True))
    if ids:
        lock_account_rows(account_ids=ids)
    twin, survivor = _read_both(twin_id, survivor_id, locked=True)
    _require_separable(twin, survivor)
    twin.status, twin.merged_into, twin.updated_at = merged.status, None, now
    twin.save(update_fields=["status", "merged_into", "updated_at"])
    if merged.closed:
        reopened = merged.closed
        set_account_statuses(account_ids=reopened, status=AccountStatus.OPEN, actor=actor, now=now, note=why.note)
    for move in merged.moves:
        take_back_move(move_id=move, actor=actor, now=now, why=why)
    Customer.objects.filter(pk__in=merged.followed, merged_into_id=survivor.pk).update(merged_into_id=twin.pk)


@operation
def take_back_move(*, move_id: UUID, actor: Actor, now: datetime, why: Why) -> None:
    """
    Let what moved from one customer to another go back as it came: whoever takes it back has given nothing.

    What has expired is booked first, so that it does not come back with a second life, whenever the sweep ran.

    :param move_id: the outgoing side of the transfer.
    :raises MergeRefused: if some of it has been spent, held or has expired since, or was given another last day.
    """
    out = Transaction.objects.get(pk=move_id)
    into = find_other_side(transfer=out)
    assert into is not None
    lock_account_rows(account_ids=[out.account_id, into.account_id])
    if LotExpiry.objects.filter(lot__transaction=into).exists():
        raise MergeRefused(gettext_lazy("Some of what moved was given another last day since, which it would lose."))
    try:
        expire_credit_of(account_id=into.account_id, actor=actor, now=now)
        reverse_transaction(transaction_id=move_id, actor=actor, now=now, why=why)
    except (CreditAlreadySpent, AlreadyReversed, NotReversible) as error:
        words = gettext_lazy("It cannot be taken back any more: what moved was spent, held or has expired. %(why)s")
        raise MergeRefused(words, why=str(error)) from error


def _read_both(twin_id: int, survivor_id: int, *, locked: bool = False) -> tuple[Customer, Customer]:
    wanted = Customer.objects.filter(pk__in=[twin_id, survivor_id]).order_by("pk")
    found = {customer.pk: customer for customer in (wanted.select_for_update() if locked else wanted)}
    if twin_id == survivor_id:
        raise MergeRefused(gettext_lazy("That is the same customer."))
    for customer_id in (twin_id, survivor_id):
        if customer_id not in found:
            raise CustomerNotFound(identifier=str(customer_id))
    twin, survivor = found[twin_id], found[survivor_id]
    if twin.test_mode != survivor.test_mode:
        raise MergeRefused(gettext_lazy("A test customer and a real one are never merged."))
    return twin, survivor


def _require_mergeable(twin: Customer, survivor: Customer) -> None:
    for customer in (twin, survivor):
        if customer.merged_into_id is not None:
            raise _refused(gettext_lazy("%(customer)s was merged into another before."), customer)
        if customer.anonymised_at is not None:
            raise _refused(gettext_lazy("%(customer)s was made anonymous."), customer)
    if twin.status == CustomerStatus.BANNED or survivor.status in _LEFT:
        left = twin if twin.status == CustomerStatus.BANNED else survivor
        raise _refused(gettext_lazy("%(customer)s is banned or archived."), left)


def _require_separable(twin: Customer, survivor: Customer) -> None:
    if twin.merged_into_id is None:
        raise MergeRefused(gettext_lazy("They are not merged."))
    if survivor.merged_into_id is not None:
        raise _refused(gettext_lazy("%(customer)s was merged into another since: take that back first."), survivor)
    if twin.anonymised_at is not None or survivor.anonymised_at is not None:
        raise MergeRefused(gettext_lazy("What was made anonymous stays so."))


def _refused(words: Promise, customer: Customer) -> MergeRefused:
    return MergeRefused(words, customer=customer.number)


def _store_credit_of(customer_ids: Sequence[int]):  # type: ignore[no-untyped-def]  # a queryset of this app's own class
    return Account.objects.filter(customer_id__in=customer_ids, kind=AccountKind.STORE_CREDIT)


def _lock_all(
    twin_id: int, survivor_id: int, besides: Callable[[], Collection[int]], now: datetime
) -> list[LockedAccount]:
    """Lock both customers' store credit, with an account of the survivor's for each of the twin's."""
    locked: dict[int, LockedAccount] = {}
    while True:
        for currency, test_mode in _store_credit_of([twin_id]).values_list("currency", "test_mode"):
            kind = AccountKind.STORE_CREDIT
            open_account(kind=kind, currency=currency, now=now, customer_id=survivor_id, test_mode=test_mode)
        both = _store_credit_of([twin_id, survivor_id]).values_list("pk", flat=True)
        wanted = {*both, *besides()}
        # Read again once locked: one may have been opened meanwhile.
        if wanted <= locked.keys():
            own = [each for each in locked.values() if each.kind == AccountKind.STORE_CREDIT]
            return sorted(
                (each for each in own if each.customer_id in (twin_id, survivor_id)), key=lambda each: each.id
            )
        if wanted:
            locked |= lock_account_rows(account_ids=wanted)
        list(Customer.objects.filter(pk__in=[twin_id, survivor_id]).order_by("pk").select_for_update())


def _require_open(account: LockedAccount) -> None:
    if account.status == AccountStatus.FROZEN:
        raise MergeRefused(gettext_lazy("Account %(account)s is frozen."), account=account.number)


def _move(account: LockedAccount, survivor: Customer, actor: Actor, now: datetime, why: Why) -> UUID | None:
    """The outgoing side of the transfer of all that an account has; None if that is nothing."""
    if account.status == AccountStatus.CLOSED:
        return None
    expire_credit_of(account_id=account.id, actor=actor, now=now)
    standing = Account.objects.get(pk=account.id)
    if standing.held_minor:
        raise MergeRefused(
            gettext_lazy("Credit on account %(account)s is held for a purchase that has not ended."),
            account=account.number,
        )
    if not standing.balance_minor:
        return None
    target = _store_credit_of([survivor.pk]).get(currency=account.currency)
    if target.status != AccountStatus.OPEN:
        raise MergeRefused(gettext_lazy("Account %(account)s is not open."), account=target.number)
    out, _ = transfer_credit(
        source_id=account.id,
        target_id=target.pk,
        amount=from_minor(standing.balance_minor, account.currency),
        actor=actor,
        now=now,
        why=replace(why, key=f"{why.key}:{account.currency}"),
    )
    return out.id


def _send_on(twin_id: int, survivor_id: int) -> tuple[int, ...]:
    """Whoever was merged into the twin is the survivor from now on."""
    followers = Customer.objects.filter(merged_into_id=twin_id)
    ids = tuple(followers.order_by("pk").values_list("pk", flat=True))
    followers.update(merged_into_id=survivor_id)
    return ids
