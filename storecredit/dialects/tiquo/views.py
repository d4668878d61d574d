"""Customer store credit: four moves a view. Read, call once, show; refusals go to the dialect's table."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.mixins import ListModelMixin
from rest_framework.response import Response

from ledger import operations, queries
from ledger.errors import InsufficientCredit
from ledger.money import from_minor
from ledger.operations import AccountKind, Why
from ledger.queries import Wallet
from storecredit.api.generics import DialectView, KeyRule
from storecredit.api.idempotency import Effect
from storecredit.api.json_text import Json
from storecredit.api.pagination import CursorPagination
from storecredit.api.permissions import HasScope
from storecredit.api.rights import Right
from storecredit.api.schema import OURS, examples_of, path_parameter
from storecredit.api.scopes import Scope
from storecredit.api.serializers import Serializer, Validated
from storecredit.audit.operations import ActivityKind, Subject, record_activity
from storecredit.client_address import client_address
from storecredit.dialects.tiquo import examples, filters
from storecredit.dialects.tiquo.errors import Tiquo
from storecredit.dialects.tiquo.serializers import credit, customers, envelope

_NOBODY = "No customer has this number or document id."


class Pages(CursorPagination):
    """Pages with `pagination: {hasMore, nextCursor, pageSize}` beside their data."""

    def get_paginated_response(self, data: Any) -> Response:
        """One page in the envelope of a success."""
        place = {"has_more": self.next_cursor is not None, "next_cursor": self.next_cursor, "size": self.size}
        page = {"success": True, "pagination": place, "timestamp": self.view.now}
        shown = envelope.Page.shared().to_representation(page)
        return Response({"success": shown["success"], "data": data} | shown)


class TiquoView(DialectView):
    dialect = Tiquo()
    path_names = {"customer": "customerId", "transaction": "transactionId"}
    path_parameters = [
        path_parameter("customerId", "Customer number (`CUST-000001`) or document id (`k9876543210fedcba`).")
    ]

    def tell_of(self, customer: queries.Customer, kind: ActivityKind, members: Iterable[str]) -> None:
        """Write down that a customer was made or changed: which members, and not to what, for they are somebody's."""
        record_activity(
            actor=self.actor,
            kind=kind,
            subject=Subject(kind="ledger.customer", id=str(customer.pk), label=customer.number),
            details={"changed": list(members)},
            address=client_address(self.request._request),
            now=self.now,
        )

    def find_wallet(self, customer: str, order: type[Serializer]) -> Wallet:
        """The wallet in the currency that the body names; in some currency if it names none, so that a 404 is told."""
        return self.get_wallet(customer, self.member(order, "currency", settings.DEFAULT_CURRENCY))

    def get_wallet(self, customer: str, currency: str) -> Wallet:
        """
        The customer's wallet in a currency.

        :raises CustomerNotFound: if nobody of the client's mode is called so.
        """
        return queries.get_wallet(customer=customer, currency=currency, test_mode=self.caller.test_mode, now=self.now)

    def list_wallets(self, customer: str) -> list[Wallet]:
        """
        The customer's wallets by currency; one without currency if there are none.

        :raises CustomerNotFound: if nobody of the client's mode is called so.
        """
        return queries.list_wallets(customer=customer, test_mode=self.caller.test_mode, now=self.now)

    def wrap(self, answer: type[Serializer], data: Any) -> Any:
        """Data in the envelope of a success."""
        return answer.shared().to_representation({"success": True, "data": data, "timestamp": self.now})

    def show(self, serializer_class: type[Serializer], instance: Any) -> Response:
        """A success around its data."""
        return Response(self.wrap(serializer_class, instance))

    def move_once(self, effect: Effect, key: str, order: Validated, wallet: Wallet) -> Response:
        """A movement of a wallet, new or given again, whoever the customer whom the path names has become meanwhile."""
        called = queries.find_called_id(customer=self.kwargs["customer"], wallet=wallet)
        return self.show_movement(self.once(effect, key=key, body=order, object_id=called), wallet)

    def show_movement(self, outcome: Any, wallet: Wallet) -> Response:
        """A movement, new or given again."""
        data = credit.mark_replay(outcome.answer, replayed=outcome.replayed)
        return self.show_outcome(
            outcome,
            self.wrap(credit.StoreCreditMovementAnswer, data),
            location=lambda made: f"customers/{wallet.document_id}/store-credit/transactions/{made['id']}",
        )


class StoreCredit(TiquoView):
    permission_classes = [HasScope(GET=Scope.STORE_CREDIT_READ, POST=Scope.STORE_CREDIT_ISSUE)]
    idempotency = {"POST": KeyRule.REQUIRED}
    filterset_class = filters.BalanceFilter

    @extend_schema(
        summary="Get current balance",
        description="What the customer can spend now, by currency: all that they have an account in, or the one asked "
        "for.",
        responses={200: credit.StoreCreditBalancesAnswer, 404: _NOBODY},
        examples=examples_of(examples.READ_BALANCES),
    )
    def get(self, request: Any, customer: str) -> Response:
        currency = self.parameter("currency")
        wallets = self.list_wallets(customer) if currency is None else [self.get_wallet(customer, currency)]
        self.read_query(of_list=False)
        return self.show(credit.StoreCreditBalancesAnswer, credit.balances_of(wallets))

    @extend_schema(
        summary="Add store credit",
        description="Adds the amount to the customer's balance in this currency. The first credit in a currency opens "
        "the account. Members marked as ours may be left out.",
        request=credit.StoreCreditIssue,
        responses={
            201: OpenApiResponse(credit.StoreCreditMovementAnswer, "The credit was added."),
            403: "The amount is above what the client may issue, at once or in a day.",
            404: _NOBODY,
            409: "The customer is banned or archived, or the account is not open.",
            422: "The balance would be more than an account can hold.",
        },
        examples=examples_of(examples.ISSUE_CREDIT),
    )
    def post(self, request: Any, customer: str) -> Response:
        wallet = self.find_wallet(customer, credit.StoreCreditIssue)
        key = self.require_key()
        order = self.read(credit.StoreCreditIssue)
        amount = credit.money_of(order)

        def issue() -> Json:
            self.require_issue(amount)
            transaction = operations.issue_credit(
                wallet=wallet,
                amount=amount,
                actor=self.actor,
                now=self.now,
                why=_why(order),
                expires_at=order.get("expires_at"),
            )
            return credit.show_movement(transaction, wallet, key)

        return self.move_once(issue, key, order, wallet)


class StoreCreditDebits(TiquoView):
    permission_classes = [HasScope(Scope.STORE_CREDIT_SPEND)]
    idempotency = {"POST": KeyRule.REQUIRED}

    @extend_schema(
        summary="Spend store credit",
        description=f"Takes the amount from what the customer can spend in this currency: soonest expiry first. {OURS}",
        request=credit.StoreCreditDebit,
        responses={
            201: OpenApiResponse(credit.StoreCreditMovementAnswer, "The credit was taken; `amount` is negative."),
            404: _NOBODY,
            409: "The account is not open.",
            422: "Less can be spent than was asked for.",
        },
        examples=examples_of(examples.SPEND_CREDIT),
    )
    def post(self, request: Any, customer: str) -> Response:
        wallet = self.find_wallet(customer, credit.StoreCreditDebit)
        key = self.require_key()
        order = self.read(credit.StoreCreditDebit)
        amount = credit.money_of(order)

        def spend() -> Json:
            if wallet.account_id is None:
                raise InsufficientCredit(
                    account_number="", available=from_minor(0, order["currency"]), requested=amount
                )
            transaction = operations.spend_credit(
                account_id=wallet.account_id,
                amount=amount,
                actor=self.actor,
                now=self.now,
                why=_why(order),
            )
            return credit.show_movement(transaction, wallet, key)

        return self.move_once(spend, key, order, wallet)


class StoreCreditTransactions(ListModelMixin, TiquoView):
    permission_classes = [HasScope(Scope.STORE_CREDIT_READ)]
    serializer_class = credit.StoreCreditTransaction
    filterset_class = filters.TransactionFilter
    pagination_class = Pages
    ordering = "-number"
    cursor_name = "transactions"

    @extend_schema(
        summary="List store credit transactions",
        description=f"The customer's history in all currencies, newest first. {OURS}",
        responses={
            200: credit.StoreCreditTransactionPage,
            404: _NOBODY,
        },
        examples=examples_of(examples.LIST_TRANSACTIONS),
    )
    def get(self, request: Any, customer: str) -> Response:
        return self.list(request)

    def get_queryset(self) -> Any:
        """The customer's transactions in all currencies."""
        wallets = self.list_wallets(self.kwargs["customer"])
        self.owner = wallets[0]
        return queries.list_transactions(
            account_ids=[wallet.account_id for wallet in wallets if wallet.account_id is not None]
        )

    def paginate_queryset(self, queryset: Any) -> Any:
        """One page of transactions beside the customer whose they are."""
        return credit.movements_of(super().paginate_queryset(queryset) or [], self.owner)


class StoreCreditTransaction(TiquoView):
    permission_classes = [HasScope(Scope.STORE_CREDIT_READ)]
    path_parameters = [
        *TiquoView.path_parameters,
        path_parameter("transactionId", "Document id of the transaction (`k1234567890abcdef`)."),
    ]

    @extend_schema(
        summary="Get a store credit transaction",
        description=f"One entry of the customer's history. {OURS}",
        responses={
            200: credit.StoreCreditTransactionAnswer,
            404: "No customer has this number or document id, or they have no such transaction.",
        },
        examples=examples_of(examples.READ_TRANSACTION),
    )
    def get(self, request: Any, customer: str, transaction: str) -> Response:
        wallets = self.list_wallets(customer)
        entry = self._find(transaction, [each.account_id for each in wallets if each.account_id is not None])
        if entry is None:
            # One of whoever was merged into them stands on their account still.
            entry = self._find(transaction, queries.list_former_account_ids(customer_id=wallets[0].customer_id))
        if entry is None:
            raise self.dialect.refuse("transaction_not_found")
        return self.show(credit.StoreCreditTransactionAnswer, credit.Movement(entry, wallets[0]))

    def _find(self, transaction: str, account_ids: list[int]) -> queries.Transaction | None:
        if not account_ids or "\x00" in transaction:
            return None
        return queries.list_transactions(account_ids=account_ids).filter(document_id=transaction).first()


class Customers(ListModelMixin, TiquoView):
    permission_classes = [
        HasScope(GET=Scope.CUSTOMERS_READ, POST=Scope.CUSTOMERS_WRITE, rights={"POST": (Right.ADD_CUSTOMER,)})
    ]
    idempotency = {"POST": KeyRule.OPTIONAL}
    path_parameters = []
    serializer_class = customers.Customer
    filterset_class = filters.CustomerFilter
    pagination_class = Pages
    ordering = "-id"
    cursor_name = "customers"

    @extend_schema(
        summary="List customers",
        description="Newest first.",
        responses={200: customers.CustomerPage},
        examples=examples_of(examples.LIST_CUSTOMERS),
    )
    def get(self, request: Any) -> Response:
        return self.list(request)

    def get_queryset(self) -> Any:
        """The customers of the client's mode."""
        return queries.list_customers(test_mode=self.caller.test_mode)

    @extend_schema(
        summary="Make a customer",
        description=OURS,
        request=customers.CustomerCreate,
        responses={
            201: OpenApiResponse(customers.CustomerAnswer, "The customer was made."),
            409: "Another customer has the number.",
        },
        examples=examples_of(examples.CREATE_CUSTOMER),
    )
    def post(self, request: Any) -> Response:
        key = self.read_key()
        order = self.read(customers.CustomerCreate)

        def create() -> Json:
            customer = operations.create_customer(
                number=order.get("customer_number"),
                test_mode=self.caller.test_mode,
                now=self.now,
                **customers.changes_of(order),
            )
            self.tell_of(customer, ActivityKind.ADDED, customers.changes_of(order))
            return customers.CustomerWithAccounts.shared().to_text(customers.Standing(customer, []))

        outcome = self.once(create, key=key, body=order)
        data = self.wrap(customers.CustomerAnswer, outcome.answer)
        return self.show_outcome(outcome, data, location=lambda made: f"customers/{made['id']}")


class Customer(TiquoView):
    permission_classes = [HasScope(GET=Scope.CUSTOMERS_READ, PATCH=Scope.CUSTOMERS_WRITE)]

    @extend_schema(
        summary="Get a customer",
        responses={
            200: OpenApiResponse(
                customers.CustomerAnswer, "The customer, with the accounts that hold their store credit."
            ),
            404: _NOBODY,
        },
        examples=examples_of(examples.READ_CUSTOMER),
    )
    def get(self, request: Any, customer: str) -> Response:
        return self.show_customer(self.get_customer(customer))

    @extend_schema(
        summary="Change a customer",
        description=f"Members that are not sent are left alone. {OURS}",
        request=customers.CustomerUpdate,
        responses={200: OpenApiResponse(customers.CustomerAnswer, "The customer after the change."), 404: _NOBODY},
        examples=examples_of(examples.CHANGE_CUSTOMER),
    )
    def patch(self, request: Any, customer: str) -> Response:
        found = self.get_customer(customer)
        changes = customers.changes_of(self.read(customers.CustomerUpdate))
        changed = [name for name, value in changes.items() if getattr(found, name) != value]
        with transaction.atomic():
            if changes:
                found = operations.update_customer(customer_id=found.pk, changes=changes, now=self.now)
            if changed:
                self.tell_of(found, ActivityKind.CHANGED, changed)
        return self.show_customer(found)

    def get_customer(self, customer: str) -> queries.Customer:
        """
        The customer that the path names.

        :raises CustomerNotFound: if nobody of the client's mode is called so.
        """
        return queries.get_customer(identifier=customer, test_mode=self.caller.test_mode)

    def show_customer(self, customer: queries.Customer) -> Response:
        """The customer with the accounts that hold their store credit."""
        accounts = queries.list_accounts(customer_id=customer.pk, now=self.now)
        store_credit = [account for account in accounts if account.kind == AccountKind.STORE_CREDIT]
        return self.show(customers.CustomerAnswer, customers.Standing(customer, store_credit))


def _why(order: Validated) -> Why:
    return Why(
        reason=order.get("reason_code"),
        note=order.get("note") or "",
        reference=order.get("reference") or "",
        details=credit.details_of(order),
        metadata=order.get("metadata") or {},
    )
