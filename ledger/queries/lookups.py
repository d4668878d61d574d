"""One row of the books, by what a screen knows of it."""

import re
from collections.abc import Collection
from functools import reduce
from operator import or_
from typing import Literal
from uuid import UUID

from django.db.models import Q, QuerySet

from ledger.errors import AccountNotFound, TransactionNotFound
from ledger.guessing import look_up
from ledger.models import Account, AccountStatus, Reason, Transaction
from ledger.models.identifiers import luhn_check_digit
from ledger.queries.stepping import list_values
from ledger.queries.survivors import find_heir_id
from ledger.querysets import constant

#: What a reason is offered to staff for: credit that comes in or goes out, or a transaction that is undone.
ReasonUse = Literal["giving", "taking", "reversing"]

_LONGEST_NUMBER = 32
_NUMBER = re.compile(r"[A-Z]{2}([0-9]{11})([0-9])", re.ASCII)


def find_transaction(*, key: str) -> Transaction | None:
    """The transaction that a movement key stands for, None if it has not been used."""
    return Transaction.objects.filter(key=key).select_related("account").first()


def get_transaction(*, transaction_id: UUID) -> Transaction:
    """
    A transaction with its account.

    :raises TransactionNotFound: if there is none.
    """
    found = Transaction.objects.filter(pk=transaction_id).select_related("account").first()
    if found is None:
        raise TransactionNotFound(transaction=str(transaction_id))
    return found


def find_account(*, number: str, test_mode: bool) -> Account | None:
    """
    The account of this mode that has the number, None if there is none. Case and hyphens do not matter. Where its
    customer was merged into another, that other's of the same currency.

    :raises LookUpsStopped: if whoever asks has guessed too often.
    """
    # No number is longer or has other characters, and the database need not see a text that has.
    bare = _bare(number)
    asked = bare if len(bare) <= _LONGEST_NUMBER and bare.isascii() and bare.isalnum() else ""
    found = look_up(number, lambda: Account.objects.filter(number=asked, test_mode=test_mode).first())
    if found is None or found.status != AccountStatus.CLOSED:
        return found
    heir_id = find_heir_id(account_id=found.pk)
    return found if heir_id is None else Account.objects.get(pk=heir_id)


def find_account_id(*, number: str) -> int | None:
    """
    The account that has the number, whoever its customer has become. Case and hyphens do not matter.

    :raises LookUpsStopped: if whoever asks has guessed too often.
    """
    return look_up(number, lambda: Account.objects.filter(number=_bare(number)).values_list("pk", flat=True).first())


def list_referring(*, references: Collection[str]) -> QuerySet[Transaction]:
    """The transactions with one of these references, none of which is blank."""
    # The index is over those that have one, and the statement must say so.
    return Transaction.objects.filter(reference__in=references).exclude(reference=constant(""))


def get_account(*, account_id: int) -> Account:
    """
    An account by its id.

    :raises AccountNotFound: if there is none.
    """
    found = Account.objects.filter(pk=account_id).first()
    if found is None:
        raise AccountNotFound(account=str(account_id))
    return found


def is_account_number(text: str) -> bool:
    """Whether a text can be an account's number, however it is spelled: its last digit checks the others."""
    found = _NUMBER.fullmatch(_bare(text))
    return found is not None and luhn_check_digit(found[1]) == found[2]


def is_number_of(*, text: str, account: Account) -> bool:
    """Whether a text is this account's number, in whatever spelling."""
    return _bare(text) == account.number


def _bare(number: str) -> str:
    return number.replace("-", "").upper()


def list_reasons(*uses: ReasonUse) -> QuerySet[Reason]:
    """The reasons that staff can choose for one of these uses, by code."""
    is_for = [Q(**{f"for_{use}": True}) for use in uses]
    return Reason.objects.filter(reduce(or_, is_for, Q()), active=True).order_by("code")


def list_latest_transactions(*, limit: int) -> QuerySet[Transaction]:
    """The newest transactions of all accounts, test ones too, with their account and customer at hand."""
    return Transaction.objects.select_related("account__customer", "reason").order_by("-number")[:limit]


def list_entry_doors() -> list[str]:
    """The doors through which entries came."""
    return list_values(Transaction._meta.get_field("door"))
