"""Stored credit accounts: four moves a view. Read, call once, show; refusals go to the dialect's table."""

import json
import re
from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.mixins import ListModelMixin
from rest_framework.response import Response

from giftcards import operations, queries
from giftcards.errors import CardNotFound
from ledger import operations as books
from ledger import queries as ledger
from ledger.errors import AccountNotFound, CustomerNotFound
from ledger.guessing import look_up
from ledger.operations import AccountKind, Why
from ledger.queries import Account, Transaction
from storecredit.api.cards import NUMBER_HERE, GiftCardView, put_number
from storecredit.api.dialects import API_ROOT
from storecredit.api.fields import Integer
from storecredit.api.generics import KeyRule
from storecredit.api.json_text import Json
from storecredit.api.pagination import LinkedPagination
from storecredit.api.permissions import HasScope
from storecredit.api.problems import Refused
from storecredit.api.schema import examples_of, path_parameter
from storecredit.api.scopes import Scope
from storecredit.api.serializers import Validated
from storecredit.dialects.glu import examples
from storecredit.dialects.glu.errors import Glu, StoredCreditError
from storecredit.dialects.glu.filters import BalanceEventFilter
from storecredit.dialects.glu.serializers.accounts import (
    NEWEST_BALANCES,
    Contact,
    ShownAccount,
    StoredAccount,
    StoredCreditAccount,
    StoredCreditRedeem,
    contact_id_of,
    details_of,
    money_of,
)
from storecredit.dialects.glu.serializers.balances import (
    LIST_PAGE_SIZE,
    PAGE_SIZE,
    BalanceEvent,
    BalanceEvents,
    Links,
    event_of,
    events_of,
)

_NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_READ = (Scope.GIFT_CARDS_READ, Scope.STORE_CREDIT_READ)
_SPEND = (Scope.GIFT_CARDS_REDEEM, Scope.STORE_CREDIT_SPEND)
_ID = {"type": "integer", "minimum": 1}


def _refused(about: str) -> OpenApiResponse:
    return OpenApiResponse(StoredCreditError, description=about)


_CARD = [path_parameter("code", "The gift card's code. Case and hyphens do not matter where it has no other signs.")]
_ACCOUNT = [
    path_parameter(
        "code",
        "The gift card's code, or the account number of a Member Credit. Each is found with the scope for its kind "
        "alone: `gift_cards:…` or `store_credit:…`.",
    )
]
_UNKNOWN = {
    404: _refused("Nothing that your key may see has this code."),
    429: _refused("Over the client's rate, or it named too many unknown codes: then no code is looked up for it."),
}
_IN_PAGES = "Oldest first, at most 1000 to a page; the header `Link` leads to the others."
_PAGE = {200: OpenApiResponse(BalanceEvents, "One page of balance events.")}
_ONE = {200: OpenApiResponse(StoredCreditAccount, "The stored credit account."), **_UNKNOWN}
_TAKES = "Takes the amount from what can be redeemed: soonest expiry first."
_REDEEMED = {
    201: OpenApiResponse(StoredCreditAccount, "The account after it, also when it is answered again."),
    **_UNKNOWN,
    409: _refused("The Idempotency-Key was used before with different request details."),
    422: _refused(
        "Not enough credit, another currency, not redeemable in its state, to be redeemed whole or by its own contact "
        "alone, or `contact` names nobody."
    ),
}


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
        "page": Integer(
            min_value=1, max_value=10_000, required=False, help_text="Which page, from 1 on; the first if left out."
        ),
    }


class GluView(GiftCardView):
    dialect = Glu()
    #: What lets a client have store credit that the path names; None where the path serves gift cards alone.
    store_credit_scope: Scope | None = None

    def find_account(self, code: str, *, card_scope: Scope) -> StoredAccount:
        """
        The gift card that a path names, or the customer's store credit, each if the client has the scope for its kind.

        :raises LookUpsStopped: while the client has to wait, whether or not there is such an account.
        :raises CardNotFound: if there is none for this client, which is counted.
        """
        found = look_up(code, lambda: self._find(code, card_scope))
        if found is None:
            raise CardNotFound
        return found

    def _find(self, code: str, card_scope: Scope) -> StoredAccount | None:
        test_mode, scopes = self.caller.test_mode, self.caller.scopes
        if card_scope in scopes:
            try:
                return StoredAccount.of_card(queries.get_card(code=code, test_mode=test_mode, now=self.now))
            except CardNotFound:
                pass
        if self.store_credit_scope in scopes:
            try:
                return StoredAccount.of_store_credit(
                    ledger.get_store_credit(number=code, test_mode=test_mode, now=self.now)
                )
            except AccountNotFound:
                pass
        return None

    def url(self, path: str) -> str:
        """The address of a path below the API's root."""
        return str(self.request.build_absolute_uri(f"{API_ROOT}{path}"))

    def contact_url(self, contact_id: str | None) -> str | None:
        """The address of a contact, if there is one and the client may follow it."""
        if contact_id is None or Scope.CUSTOMERS_READ not in self.caller.scopes:
            return None
        return self.url(f"contacts/{contact_id}")

    def code_of(self, account: StoredAccount) -> str:
        """The code of an account that the client has named, as it was made."""
        return account.number if account.card is None else queries.open_card_code(card=account.card)

    def links(self, named: StoredAccount | None = None) -> Links:
        """Addresses, and which codes the client may see: that of the account which it named, others by its scope."""
        code_of_named = self.code_of(named) if named else ""

        def code_of(account: Account) -> str:
            if account.kind == AccountKind.STORE_CREDIT:
                return account.number
            if named is not None and account.pk == named.id:
                return code_of_named
            card = getattr(account, "card", None)
            if card is None:
                return "****"
            return queries.open_card_code(card=card) if self.may_see_numbers else card.masked_code

        return Links(url=self.url, contact_url=self.contact_url, code_of=code_of)

    def look_at(self, account: StoredAccount, standing: ledger.Standing, *, code: str) -> ShownAccount:
        """The account beside its newest balances."""
        # A client that may redeem and not read could follow none of them.
        may_read = (Scope.GIFT_CARDS_READ if account.card else Scope.STORE_CREDIT_READ) in self.caller.scopes
        return ShownAccount(
            account=account,
            code=code,
            numbers=standing.numbers,
            url=self.url if may_read else None,
            contact_url=self.contact_url(account.contact_id),
        )

    def get_standing(self, account: StoredAccount) -> ledger.Standing:
        """What an account has now, and its newest balances."""
        return ledger.get_standing(account_id=account.id, now=self.now, newest=NEWEST_BALANCES)


class BalancesView(ListModelMixin, GluView):
    """A list of balance events."""

    serializer_class = BalanceEvent
    filterset_class: Any = None
    named: StoredAccount | None = None

    def paginate_queryset(self, queryset: Any) -> Any:
        """One page of entries as balance events."""
        return events_of(super().paginate_queryset(queryset) or [], self.links(self.named))

    def get_paginated_response(self, data: Any) -> Response:
        """The page, with links to the others."""
        return super().get_paginated_response({"balances": data})


class GiftCardBalances(BalancesView):
    permission_classes = [HasScope(Scope.GIFT_CARDS_READ)]
    path_parameters = _CARD
    pagination_class = AccountPages

    @extend_schema(
        summary="Retrieve the balance events for a gift card",
        description=f"All balance changes of the gift card. {_IN_PAGES}",
        responses={**_PAGE, **_UNKNOWN},
        examples=examples_of(examples.LIST_CARD_BALANCES),
    )
    def get(self, request: Any, code: str) -> Response:
        return self.list(request)

    def get_queryset(self) -> Any:
        """The entries of the account that the path names."""
        self.named = self.find_account(self.kwargs["code"], card_scope=Scope.GIFT_CARDS_READ)
        return queries.list_entries(account_id=self.named.id)


class CreditAccountBalances(GiftCardBalances):
    permission_classes = [HasScope(_READ)]
    path_parameters = _ACCOUNT
    store_credit_scope = Scope.STORE_CREDIT_READ

    @extend_schema(
        summary="Retrieve the balance events of a credit account",
        description=f"All balance changes of the gift card or Member Credit. {_IN_PAGES}",
        responses={**_PAGE, **_UNKNOWN},
        examples=examples_of(examples.LIST_ACCOUNT_BALANCES),
    )
    def get(self, request: Any, code: str) -> Response:
        return self.list(request)


class StoredCredit(GluView):
    permission_classes = [HasScope(_READ)]
    path_parameters = _ACCOUNT
    store_credit_scope = Scope.STORE_CREDIT_READ

    @extend_schema(
        summary="Retrieve a stored credit account by its code",
        description="Its balance, status and validity period.",
        request=None,
        responses=_ONE,
        examples=examples_of(examples.READ_ACCOUNT),
    )
    def get(self, request: Any, code: str) -> Response:
        return self.read_account(code)

    def read_account(self, code: str) -> Response:
        """The account that the path names."""
        account = self.find_account(code, card_scope=Scope.GIFT_CARDS_READ)
        shown = self.look_at(account, self.get_standing(account), code=self.code_of(account))
        return Response(StoredCreditAccount.shared().to_representation(shown))


class CreditAccount(StoredCredit):
    @extend_schema(
        summary="Retrieve a credit account by its code",
        description="The same as a stored credit account, by the vendor's later name.",
        request=None,
        responses=_ONE,
        examples=examples_of(examples.READ_CREDIT_ACCOUNT),
    )
    def get(self, request: Any, code: str) -> Response:
        return self.read_account(code)


class RedeemGiftCard(GluView):
    permission_classes = [HasScope(Scope.GIFT_CARDS_REDEEM)]
    path_parameters = _CARD
    idempotency = {"POST": KeyRule.OPTIONAL}

    @extend_schema(
        summary="Redeem a gift card",
        description=_TAKES,
        request=StoredCreditRedeem,
        responses=_REDEEMED,
        examples=examples_of(examples.REDEEM_CARD),
    )
    def post(self, request: Any, code: str) -> Response:
        return self.redeem(code)

    def redeem(self, code: str) -> Response:
        """Take something from the account that the path names, once for the request's key."""
        account = self.find_account(code, card_scope=Scope.GIFT_CARDS_REDEEM)
        key = self.read_key()
        order = self.read(StoredCreditRedeem)

        def take() -> Json:
            self._spend(account, order)
            standing = self.get_standing(account)
            shown = self.look_at(account.after_redemption(standing, self.now), standing, code=NUMBER_HERE)
            return StoredCreditAccount.shared().to_text(shown)

        outcome = self.once(take, key=key, body=order, object_id=account.id)
        answer = put_number(outcome.answer, self.code_of(account), member="code")
        return self.show_outcome(outcome, answer, location=self._place_of(answer, account))

    def _place_of(self, answer: Json, account: StoredAccount) -> str:
        """Where the newest of the answer's balances is, which is the redemption; else where they all are."""
        newest = json.loads(answer)["balances"][:1]
        number = newest[0].rpartition("/")[2] if newest else f"?storedCreditAccount={account.id}"
        return f"{API_ROOT}balances{'/' if newest else ''}{number}"

    def _spend(self, account: StoredAccount, order: Validated) -> Transaction:
        amount = money_of(order, currency=account.currency)
        contact = contact_id_of(order)
        contact_id = self._find_contact(contact) if contact is not None else None
        why = Why(note=order.get("note") or "", details=details_of(order))
        if account.card is None:
            return books.spend_credit(account_id=account.id, amount=amount, actor=self.actor, now=self.now, why=why)
        return operations.redeem_card(
            card=account.card, amount=amount, actor=self.actor, now=self.now, customer_id=contact_id, why=why
        )

    def _find_contact(self, contact: str) -> int:
        try:
            return ledger.get_customer(identifier=contact, test_mode=self.caller.test_mode).pk
        except CustomerNotFound as error:
            raise Refused("contact names nobody.", status=422, code=error.code) from error


class RedeemCreditAccount(RedeemGiftCard):
    permission_classes = [HasScope(_SPEND)]
    path_parameters = _ACCOUNT
    store_credit_scope = Scope.STORE_CREDIT_SPEND

    @extend_schema(
        summary="Redeem a credit account",
        description=_TAKES,
        request=StoredCreditRedeem,
        responses=_REDEEMED,
        examples=examples_of(examples.REDEEM_ACCOUNT),
    )
    def post(self, request: Any, code: str) -> Response:
        return self.redeem(code)


class Balances(BalancesView):
    permission_classes = [HasScope(_READ)]
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
    permission_classes = [HasScope(_READ)]
    path_names = {"number": "id"}
    path_parameters = [path_parameter("id", "Id of the balance event.", _ID)]

    @extend_schema(
        summary="Retrieve a balance event",
        request=None,
        responses={
            200: OpenApiResponse(BalanceEvent, "The balance event."),
            404: _refused("No account that your key may see has a balance event with this id."),
        },
        examples=examples_of(examples.READ_BALANCE),
    )
    def get(self, request: Any, number: str) -> Response:
        entry = _entries_for(self).filter(number=int(number)).first() if _NUMBER.fullmatch(number) else None
        if entry is None:
            raise self.dialect.refuse("balance_not_found")
        return Response(BalanceEvent.shared().to_representation(event_of(entry, self.links())))


class ContactView(GluView):
    permission_classes = [HasScope(Scope.CUSTOMERS_READ)]
    path_names = {"contact": "id"}
    path_parameters = [path_parameter("id", "Id of the contact, or its customer number.")]

    @extend_schema(
        summary="Retrieve a contact",
        request=None,
        responses={200: OpenApiResponse(Contact, "The contact."), 404: _refused("There is no such contact.")},
        examples=examples_of(examples.READ_CONTACT),
    )
    def get(self, request: Any, contact: str) -> Response:
        found = ledger.get_customer(identifier=contact, test_mode=self.caller.test_mode)
        return Response(Contact.shared().to_representation(found))


def _entries_for(view: GluView) -> Any:
    caller = view.caller
    kinds = {AccountKind.GIFT_CARD: Scope.GIFT_CARDS_READ, AccountKind.STORE_CREDIT: Scope.STORE_CREDIT_READ}
    visible = [kind.value for kind, scope in kinds.items() if scope in caller.scopes]
    return queries.list_entries(kinds=visible, test_mode=caller.test_mode)
