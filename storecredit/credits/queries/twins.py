"""
The same amount for the same customer or card, given or asked for a short while ago.

Mostly it is meant; now and then it is one thing done twice.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q
from moneyed import Money

from ledger.money import to_minor
from ledger.operations import TransactionType
from ledger.queries import Account, Transaction
from ledger.querysets import reached_by
from storecredit.credits.models import CreditRequest

TWIN_MINUTES = 60
_GIVING = (TransactionType.ISSUE, TransactionType.LOAD, TransactionType.ADJUST)
#: Beyond so many nobody reads on; of an account so many of its newest entries are looked through.
_TWINS_SHOWN = 5
_ENTRIES_READ = 100


@dataclass(frozen=True, slots=True)
class Receiver:
    """
    Who is given credit.

    :param customer_id: blank for a bearer.
    :param account_id: the one account that a bearer's credit stands on.
    """

    customer_id: int | None = None
    account_id: int | None = None


def list_twin_entries(
    *, receiver: Receiver, amount: Money, now: datetime, besides: Collection[UUID] = ()
) -> list[Transaction]:
    """Entries of the last hour that gave the receiver this very amount, newest first."""
    newest = Transaction.objects.filter(_on_accounts_of(receiver), sequence__gt=F("account__sequence") - _ENTRIES_READ)
    like = newest.filter(type__in=_GIVING, amount_minor=to_minor(amount), currency=amount.currency.code)
    recent = like.filter(created_at__gte=now - timedelta(minutes=TWIN_MINUTES)).exclude(pk__in=list(besides))
    return list(recent.order_by("-number")[:_TWINS_SHOWN])


def list_twin_requests(
    *, receiver: Receiver, amount: Money, now: datetime, besides: Collection[UUID] = ()
) -> list[CreditRequest]:
    """Requests of the last hour for this very amount that still wait, newest first."""
    if receiver.customer_id is None:
        paid = Q(payee_card__account_id=receiver.account_id)
    else:
        paid = Q(payee_customer_id=receiver.customer_id) | Q(payee_card__customer_id=receiver.customer_id)
        paid |= Q(terms__customer_id=receiver.customer_id)
    like = CreditRequest.objects.filter(amount_minor=to_minor(amount), currency=amount.currency.code)
    waiting = like.pending().filter(created_at__gte=now - timedelta(minutes=TWIN_MINUTES)).exclude(pk__in=list(besides))
    return list(waiting.filter(paid).order_by("-created_at", "-pk")[:_TWINS_SHOWN])


def _on_accounts_of(receiver: Receiver) -> Q:
    """On a customer's store credit and their cards; of a bearer on the one account."""
    if receiver.customer_id is None:
        return Q(account_id=receiver.account_id)
    owners = ("customer_id", "card__customer_id")
    accounts = (Account.objects.filter(**{owner: receiver.customer_id}) for owner in owners)
    return reached_by(*accounts, column="account_id")
