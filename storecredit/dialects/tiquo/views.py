"""Customer store credit: four moves a view. Read, call once, show; refusals go to the dialect's table."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from ledger import operations, queries
from ledger.errors import InsufficientCredit
from ledger.money import from_minor
from ledger.operations import AccountKind, Why
from ledger.queries import Wallet
from storecredit.api.fields import Draft
from storecredit.api.json_text import Json
from storecredit.api.openapi import describe
from storecredit.api.paging import read_page
from storecredit.api.rights import Right
from storecredit.api.scopes import Scope
from storecredit.api.views import B, DialectView
from storecredit.dialects.tiquo import serializers
from storecredit.dialects.tiquo.errors import Tiquo
from storecredit.dialects.tiquo.serializers import described


class TiquoView(DialectView):
    dialect = Tiquo()
    path_names = {"customer": "customerId"}

    def find_wallet(self, customer: str, draft: Draft[B]) -> Wallet:
        """The wallet in the currency that the body names; in some currency if it names none, so that a 404 is told."""
        return queries.get_wallet(
            customer=customer,
            currency=draft.peek("currency", settings.DEFAULT_CURRENCY),
            test_mode=self.caller.test_mode,
            now=self.now,
        )

    def show(self, data: Json) -> HttpResponse:
        """A success around its data."""
        return self.answer(self.dialect.show(data, now=self.now))


class StoreCredit(TiquoView):
    scopes = {"GET": Scope.STORE_CREDIT_READ, "POST": Scope.STORE_CREDIT_ISSUE}

    @describe(described.READ_BALANCES)
    def get(self, request: HttpRequest, customer: str) -> HttpResponse:
        draft = self.draft_query(serializers.BalanceQuery)
        if draft.peek("currency") is not None or draft.is_refused:
            wallets = [self.find_wallet(customer, draft)]
        else:
            wallets = queries.list_wallets(customer=customer, test_mode=self.caller.test_mode, now=self.now)
        draft.accept()
        return self.show(serializers.show_balances(wallets))

    @describe(described.ISSUE_CREDIT)
    def post(self, request: HttpRequest, customer: str) -> HttpResponse:
        draft = self.draft(serializers.CreditIn)
        wallet = self.find_wallet(customer, draft)
        key = self.require_key()
        order = draft.accept()

        def issue() -> Json:
            self.require_issue(order.money)
            transaction = operations.issue_credit(
                wallet=wallet,
                amount=order.money,
                actor=self.actor,
                now=self.now,
                why=Why(
                    reason=order.reason_code,
                    note=order.note or "",
                    reference=order.reference or "",
                    details=order.details,
                ),
                expires_at=order.expires_at,
            )
            return serializers.show_movement(transaction, wallet, key)

        outcome = self.once(issue, key=key, body=order, object_id=wallet.customer_id)
        data = serializers.mark_replay(outcome.answer, replayed=outcome.replayed)
        return self.answer_outcome(outcome, self.dialect.show(data, now=self.now))


class StoreCreditDebits(TiquoView):
    scopes = {"POST": Scope.STORE_CREDIT_SPEND}

    @describe(described.SPEND_CREDIT)
    def post(self, request: HttpRequest, customer: str) -> HttpResponse:
        draft = self.draft(serializers.DebitIn)
        wallet = self.find_wallet(customer, draft)
        key = self.require_key()
        order = draft.accept()

        def spend() -> Json:
            if wallet.account_id is None:
                raise InsufficientCredit(
                    account_number="", available=from_minor(0, order.currency), requested=order.money
                )
            transaction = operations.spend_credit(
                account_id=wallet.account_id,
                amount=order.money,
                actor=self.actor,
                now=self.now,
                why=Why(
                    reason=order.reason_code,
                    note=order.note or "",
                    reference=order.reference or "",
                    details=order.details,
                ),
            )
            return serializers.show_movement(transaction, wallet, key)

        outcome = self.once(spend, key=key, body=order, object_id=wallet.customer_id)
        data = serializers.mark_replay(outcome.answer, replayed=outcome.replayed)
        return self.answer_outcome(outcome, self.dialect.show(data, now=self.now))


class StoreCreditTransactions(TiquoView):
    scopes = {"GET": Scope.STORE_CREDIT_READ}

    @describe(described.LIST_TRANSACTIONS)
    def get(self, request: HttpRequest, customer: str) -> HttpResponse:
        draft = self.draft_query(serializers.TransactionQuery)
        wallets = queries.list_wallets(customer=customer, test_mode=self.caller.test_mode, now=self.now)
        query = draft.accept()
        found = queries.list_transactions(
            account_ids=[wallet.account_id for wallet in wallets if wallet.account_id is not None]
        )
        page = read_page(found.filter(query.condition()), of="transactions", by="-number", query=query)
        data = serializers.show_transactions(
            page.items, entity_type=wallets[0].entity_type, document_id=wallets[0].document_id
        )
        return self.answer(self.dialect.show_page(data, page, now=self.now))


class Customers(TiquoView):
    scopes = {"GET": Scope.CUSTOMERS_READ, "POST": Scope.CUSTOMERS_WRITE}
    rights = {"POST": (Right.ADD_CUSTOMER,)}

    @describe(described.LIST_CUSTOMERS)
    def get(self, request: HttpRequest) -> HttpResponse:
        query = self.draft_query(serializers.CustomerQuery).accept()
        found = queries.list_customers(
            test_mode=self.caller.test_mode, search=query.search or "", status=query.status or ""
        )
        page = read_page(found, of="customers", by="-id", query=query)
        return self.answer(self.dialect.show_page(serializers.show_customers(page.items), page, now=self.now))

    @describe(described.CREATE_CUSTOMER)
    def post(self, request: HttpRequest) -> HttpResponse:
        draft = self.draft(serializers.CustomerIn)
        key = self.read_key()
        order = draft.accept()

        def create() -> Json:
            customer = operations.create_customer(
                number=order.customer_number, test_mode=self.caller.test_mode, now=self.now, **order.changes()
            )
            return serializers.show_customer(customer, [])

        outcome = self.once(create, key=key, body=order)
        return self.answer_outcome(outcome, self.dialect.show(outcome.answer, now=self.now))


class Customer(TiquoView):
    scopes = {"GET": Scope.CUSTOMERS_READ, "PATCH": Scope.CUSTOMERS_WRITE}

    @describe(described.READ_CUSTOMER)
    def get(self, request: HttpRequest, customer: str) -> HttpResponse:
        return self._show(queries.get_customer(identifier=customer, test_mode=self.caller.test_mode))

    @describe(described.CHANGE_CUSTOMER)
    def patch(self, request: HttpRequest, customer: str) -> HttpResponse:
        draft = self.draft(serializers.CustomerChange)
        found = queries.get_customer(identifier=customer, test_mode=self.caller.test_mode)
        changes = draft.accept().changes()
        if changes:
            found = operations.update_customer(customer_id=found.pk, changes=changes, now=self.now)
        return self._show(found)

    def _show(self, customer: queries.Customer) -> HttpResponse:
        accounts = queries.list_accounts(customer_id=customer.pk, now=self.now)
        store_credit = [account for account in accounts if account.kind == AccountKind.STORE_CREDIT]
        return self.show(serializers.show_customer(customer, store_credit))
