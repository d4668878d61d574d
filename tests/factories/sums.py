"""What all accounts hold together."""

from typing import Any

from factory.declarations import SubFactory
from factory.django import DjangoModelFactory

from ledger.models import Account, AccountSum, AccountSumChange
from ledger.operations.sums import fold_sums
from tests.factories.ledger import AccountFactory


class AccountSumChangeFactory(DjangoModelFactory[AccountSumChange]):
    """What a new account adds to the sums."""

    class Meta:
        model = AccountSumChange

    account = SubFactory(AccountFactory)

    @classmethod
    def _create(cls, model_class: type[AccountSumChange], *args: Any, account: Account) -> AccountSumChange:
        return model_class.objects.latest("pk")


class AccountSumFactory(DjangoModelFactory[AccountSum]):
    """The sums with what it adds."""

    class Meta:
        model = AccountSum

    change = SubFactory(AccountSumChangeFactory)

    @classmethod
    def _create(cls, model_class: type[AccountSum], *args: Any, change: AccountSumChange) -> AccountSum:
        fold_sums()
        return model_class.objects.get(kind=change.kind, currency=change.currency, test_mode=change.test_mode)
