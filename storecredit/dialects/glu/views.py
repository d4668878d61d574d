"""Stored credit accounts: four moves a view. Read, call once, show; refusals go to the dialect's table."""

import re

from django.http import HttpRequest, HttpResponse

from giftcards import operations, queries
from giftcards.errors import CardNotFound
from ledger import operations as books
from ledger import queries as ledger
from ledger.errors import AccountNotFound, CustomerNotFound
from ledger.guessing import look_up
from ledger.operations import AccountKind
from ledger.queries import Account, Transaction
from storecredit.api.cards import CardView, put_number
from storecredit.api.dialects import API_ROOT
from storecredit.api.json_text import Json
from storecredit.api.openapi import describe
from storecredit.api.problems import Refused
from storecredit.api.scopes import Scope
from storecredit.dialects.glu import serializers
from storecredit.dialects.glu.errors import Glu
from storecredit.dialects.glu.serializers import Links, StoredAccount, described
from storecredit.dialects.glu.serializers.balances import LIST_PAGE_SIZE, PAGE_SIZE

_NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_READ = (Scope.GIFT_CARDS_READ, Scope.STORE_CREDIT_READ)
_SPEND = (Scope.GIFT_CARDS_REDEEM, Scope.STORE_CREDIT_SPEND)


class GluView(CardView):
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
        return self.http.build_absolute_uri(f"{API_ROOT}{path}")

    def contact_url(self, contact_id: str | None) -> str | None:
        """The address of a contact, if there is one and the client may follow it."""
        if contact_id is None or Scope.CUSTOMERS_READ not in self.caller.scopes:
            return None
        return self.url(f"contacts/{contact_id}")

    def links(self, *, code: str = "", account_id: int | None = None) -> Links:
        """Addresses, and which codes the client may see: that of the account which it named, others by its scope."""

        def code_of(account: Account) -> str:
            if account.kind == AccountKind.STORE_CREDIT:
                return account.number
            if account.pk == account_id:
                return code
            card = getattr(account, "card", None)
            if card is None:
                return "****"
            return queries.open_card_code(card=card) if self.may_see_numbers else card.masked_code

        return Links(url=self.url, contact_url=self.contact_url, code_of=code_of)

    def show_account(self, account: StoredAccount) -> Json:
        """The account, with a mark in the place of its code."""
        standing = ledger.get_standing(account_id=account.id, now=self.now, newest=serializers.NEWEST_BALANCES)
        return self.draw_account(account, standing)

    def draw_account(self, account: StoredAccount, standing: ledger.Standing) -> Json:
        """The account beside its newest balances, with a mark in the place of its code."""
        contact_url = self.contact_url(account.contact_id)
        # A client that may redeem and not read could follow none of them.
        may_read = (Scope.GIFT_CARDS_READ if account.card else Scope.STORE_CREDIT_READ) in self.caller.scopes
        return serializers.show_account(
            account, standing.numbers, url=self.url if may_read else None, contact_url=contact_url
        )

    def answer_page(self, entries: list[Transaction], *, size: int, page: int, links: Links) -> HttpResponse:
        """One page of balances, with links to the others; `entries` may hold one more than the page shows."""
        response = self.answer(serializers.show_balances(entries[:size], links))
        pages = {"first": 1} | ({"prev": page - 1} if page > 1 else {}) | ({"next": page + 1} if entries[size:] else {})
        response["Link"] = ", ".join(f'<{self._page_url(number)}>; rel="{name}"' for name, number in pages.items())
        return response

    def _page_url(self, page: int) -> str:
        query = self.http.GET.copy()
        query["page"] = str(page)
        return self.http.build_absolute_uri(f"{_path_of(self.http.get_full_path())}?{query.urlencode()}")


class GiftCardBalances(GluView):
    scopes = {"GET": Scope.GIFT_CARDS_READ}

    @describe(described.LIST_CARD_BALANCES)
    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        return self.list_balances(code)

    def list_balances(self, code: str) -> HttpResponse:
        """One page of the balances of the account that the path names."""
        draft = self.draft_query(serializers.PageQuery)
        account = self.find_account(code, card_scope=Scope.GIFT_CARDS_READ)
        page = draft.accept().page or 1
        # An account's entries are numbered without a gap: the page is found by its place, however long the history.
        before = (page - 1) * PAGE_SIZE
        entries = queries.list_entries(account_id=account.id).filter(
            sequence__gt=before, sequence__lte=before + PAGE_SIZE + 1
        )
        links = self.links(code=code, account_id=account.id)
        return self.answer_page(list(entries), size=PAGE_SIZE, page=page, links=links)


class CreditAccountBalances(GiftCardBalances):
    scopes = {"GET": _READ}
    store_credit_scope = Scope.STORE_CREDIT_READ

    @describe(described.LIST_ACCOUNT_BALANCES)
    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        return self.list_balances(code)


class StoredCreditAccount(GluView):
    scopes = {"GET": _READ}
    store_credit_scope = Scope.STORE_CREDIT_READ

    @describe(described.READ_ACCOUNT)
    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        return self.read_account(code)

    def read_account(self, code: str) -> HttpResponse:
        """The account that the path names."""
        account = self.find_account(code, card_scope=Scope.GIFT_CARDS_READ)
        return self.answer(put_number(self.show_account(account), code, member="code"))


class CreditAccount(StoredCreditAccount):
    @describe(described.READ_CREDIT_ACCOUNT)
    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        return self.read_account(code)


class RedeemGiftCard(GluView):
    scopes = {"POST": Scope.GIFT_CARDS_REDEEM}

    @describe(described.REDEEM_CARD)
    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        return self.redeem(code)

    def redeem(self, code: str) -> HttpResponse:
        """Take something from the account that the path names, once for the request's key."""
        draft = self.draft(serializers.RedeemIn)
        account = self.find_account(code, card_scope=Scope.GIFT_CARDS_REDEEM)
        key = self.read_key()
        order = draft.accept()

        def take() -> Json:
            self._spend(account, order)
            standing = ledger.get_standing(account_id=account.id, now=self.now, newest=serializers.NEWEST_BALANCES)
            return self.draw_account(account.after_redemption(standing, self.now), standing)

        outcome = self.once(take, key=key, body=order, object_id=account.id)
        return self.answer_outcome(outcome, put_number(outcome.answer, code, member="code"))

    def _spend(self, account: StoredAccount, order: serializers.RedeemIn) -> Transaction:
        amount = order.money(account.currency)
        contact_id = self._find_contact(order.contact_id) if order.contact_id is not None else None
        if account.card is None:
            return books.spend_credit(
                account_id=account.id,
                amount=amount,
                actor=self.actor,
                now=self.now,
                note=order.note or "",
                details=order.details,
            )
        return operations.redeem_card(
            card=account.card,
            amount=amount,
            actor=self.actor,
            now=self.now,
            customer_id=contact_id,
            note=order.note or "",
            details=order.details,
        )

    def _find_contact(self, contact: str) -> int:
        try:
            return ledger.get_customer(identifier=contact, test_mode=self.caller.test_mode).pk
        except CustomerNotFound as error:
            raise Refused("contact names nobody.", status=422, code=error.code) from error


class RedeemCreditAccount(RedeemGiftCard):
    scopes = {"POST": _SPEND}
    store_credit_scope = Scope.STORE_CREDIT_SPEND

    @describe(described.REDEEM_ACCOUNT)
    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        return self.redeem(code)


class _EntriesView(GluView):
    scopes = {"GET": _READ}

    def kinds(self) -> list[str]:
        """The kinds of account whose balances the client may see."""
        scopes = self.caller.scopes
        kinds = {AccountKind.GIFT_CARD: Scope.GIFT_CARDS_READ, AccountKind.STORE_CREDIT: Scope.STORE_CREDIT_READ}
        return [kind.value for kind, scope in kinds.items() if scope in scopes]


class Balances(_EntriesView):
    @describe(described.LIST_BALANCES)
    def get(self, request: HttpRequest) -> HttpResponse:
        query = self.draft_query(serializers.BalanceQuery).accept()
        page = query.page or 1
        entries = queries.list_entries(
            kinds=self.kinds(), test_mode=self.caller.test_mode, account_id=query.account
        ).filter(query.condition())
        first = (page - 1) * LIST_PAGE_SIZE
        found = list(entries.order_by(*query.ordering)[first : first + LIST_PAGE_SIZE + 1])
        return self.answer_page(found, size=LIST_PAGE_SIZE, page=page, links=self.links())


class Balance(_EntriesView):
    @describe(described.READ_BALANCE)
    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        entry = None
        if _NUMBER.fullmatch(number):
            entries = queries.list_entries(kinds=self.kinds(), test_mode=self.caller.test_mode)
            entry = entries.filter(number=int(number)).first()
        if entry is None:
            raise Refused("There is no such balance.", status=404, code="balance_not_found")
        return self.answer(serializers.show_balance(entry, self.links()))


class Contact(GluView):
    scopes = {"GET": Scope.CUSTOMERS_READ}

    @describe(described.READ_CONTACT)
    def get(self, request: HttpRequest, contact: str) -> HttpResponse:
        found = ledger.get_customer(identifier=contact, test_mode=self.caller.test_mode)
        return self.answer(serializers.show_contact(found))


def _path_of(full_path: str) -> str:
    return full_path.partition("?")[0]
