"""One row of the books, by what a screen knows of it."""

from uuid import UUID

from django.db.models import QuerySet

from ledger.errors import TransactionNotFound
from ledger.guessing import look_up
from ledger.models import Account, Reason, Transaction

_LONGEST_NUMBER = 32


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
    The account of this mode that has the number, None if there is none. Case and hyphens do not matter.

    :raises LookUpsStopped: if whoever asks has guessed too often.
    """
    # No number is longer or has other characters, and the database need not see a text that has.
    bare = number.replace("-", "").upper()
    asked = bare if len(bare) <= _LONGEST_NUMBER and bare.isascii() and bare.isalnum() else ""
    return look_up(number, lambda: Account.objects.filter(number=asked, test_mode=test_mode).first())


def list_reasons() -> QuerySet[Reason]:
    """The reasons that staff can choose, by code."""
    return Reason.objects.filter(active=True).order_by("code")


def list_latest_transactions(*, limit: int) -> QuerySet[Transaction]:
    """The newest transactions of all accounts, test ones too, with their account and customer at hand."""
    return Transaction.objects.select_related("account__customer", "reason").order_by("-number")[:limit]
