"""What went in and out: the entries of accounts, as balance events."""

import re
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.mixins import ListModelMixin
from rest_framework.response import Response

from giftcards import queries
from ledger.operations import AccountKind
from storecredit.api.fields import Integer
from storecredit.api.pagination import LinkedPagination
from storecredit.api.permissions import HasScope
from storecredit.api.schema import examples_of, path_parameter
from storecredit.api.scopes import Scope
from storecredit.dialects.glu import examples
from storecredit.dialects.glu.filters import BalanceEventFilter
from storecredit.dialects.glu.serializers.accounts import StoredAccount
from storecredit.dialects.glu.serializers.balances import (
    LIST_PAGE_SIZE,
    PAGE_SIZE,
    BalanceEvent,
    BalanceEvents,
    event_of,
    events_of,
)
from storecredit.dialects.glu.views.base import ACCOUNT, CARD, READ, UNKNOWN, GluView

_NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_IN_PAGES = "Oldest first, at most 1000 to a page; the header `Link` leads to the others."
_PAGE = {200: BalanceEvents}


class AccountPages(LinkedPagination):
    """The pages of one account, whose entries are numbered without a gap: each is found by its place."""

    page_size = PAGE_SIZE

    def slice_of(self, queryset: Any, *, first: int) -> Any:
        """The entries of a page and one more, however long the history is."""
        return queryset.filter(sequence__gt=first, sequence__lte=first + self.page_size + 1)


class ListPages(LinkedPagination):
    """The pages of all accounts."""

    page_size = LIST_PAGE_SIZE
    parameters = {
        "page": Integer(min_value=1, max_value=10_000, help_text="Which page, from 1 on; the first if left out."),
    }


class BalancesView(ListModelMixin, GluView):
    """A list of balance events."""

    serializer_class = BalanceEvent
    named: StoredAccount | None = None

    def paginate_queryset(self, queryset: Any) -> Any:
        """One page of entries as balance events."""
        return events_of(super().paginate_queryset(queryset) or [], self.links(self.named))

    def get_paginated_response(self, data: Any) -> Response:
        """The page, with links to the others."""
        return super().get_paginated_response({"balances": data})


class GiftCardBalances(BalancesView):
    permission_classes = [HasScope(Scope.GIFT_CARDS_READ)]
    path_parameters = CARD
    pagination_class = AccountPages

    @extend_schema(
        summary="Retrieve the balance events for a gift card",
        description=f"All balance changes of the gift card. {_IN_PAGES}",
        responses={**_PAGE, **UNKNOWN},
        examples=examples_of(examples.LIST_CARD_BALANCES),
    )
    def get(self, request: Any, code: str) -> Response:
        return self.list(request)

    def get_queryset(self) -> Any:
        """The entries of the account that the path names."""
        self.named = self.find_account(self.kwargs["code"], card_scope=Scope.GIFT_CARDS_READ)
        return queries.list_entries(account_id=self.named.id)


class CreditAccountBalances(GiftCardBalances):
    permission_classes = [HasScope(READ)]
    path_parameters = ACCOUNT
    store_credit_scope = Scope.STORE_CREDIT_READ

    @extend_schema(
        summary="Retrieve the balance events of a credit account",
        description=f"All balance changes of the gift card or Member Credit. {_IN_PAGES}",
        responses={**_PAGE, **UNKNOWN},
        examples=examples_of(examples.LIST_ACCOUNT_BALANCES),
    )
    def get(self, request: Any, code: str) -> Response:
        return self.list(request)


class Balances(BalancesView):
    permission_classes = [HasScope(READ)]
    filterset_class = BalanceEventFilter
    pagination_class = ListPages

    @extend_schema(
        summary="Retrieve balance events of all accounts",
        description="Newest first. Of gift cards with `gift_cards:read`, of Member Credits with `store_credit:read`. "
        "At most 100 to a page; the header `Link` leads to the others.",
        responses=_PAGE,
        examples=examples_of(examples.LIST_BALANCES),
    )
    def get(self, request: Any) -> Response:
        return self.list(request)

    def get_queryset(self) -> Any:
        """The entries of the kinds of account whose balances the client may see."""
        return _entries_for(self).order_by("-number")


class Balance(GluView):
    permission_classes = [HasScope(READ)]
    path_names = {"number": "id"}
    path_parameters = [path_parameter("id", "Id of the balance event.", Integer(min_value=1))]

    @extend_schema(
        summary="Retrieve a balance event",
        responses={
            200: BalanceEvent,
            404: "No account that your key may see has a balance event with this id.",
        },
        examples=examples_of(examples.READ_BALANCE),
    )
    def get(self, request: Any, number: str) -> Response:
        entry = _entries_for(self).filter(number=int(number)).first() if _NUMBER.fullmatch(number) else None
        if entry is None:
            raise self.dialect.refuse("balance_not_found")
        return self.show(BalanceEvent, event_of(entry, self.links()))


def _entries_for(view: GluView) -> Any:
    caller = view.caller
    kinds = {AccountKind.GIFT_CARD: Scope.GIFT_CARDS_READ, AccountKind.STORE_CREDIT: Scope.STORE_CREDIT_READ}
    visible = [kind.value for kind, scope in kinds.items() if scope in caller.scopes]
    return queries.list_entries(kinds=visible, test_mode=caller.test_mode)
