from typing import Any, Final
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from ledger.operations import operation
from storecredit.api.body import MAX_LARGE_BODY_BYTES
from storecredit.api.fields import wrong_member
from storecredit.api.generics import KeyRule
from storecredit.api.permissions import HasScope
from storecredit.api.schema import OURS, examples_of
from storecredit.api.scopes import Scope
from storecredit.audit.operations import ActivityKind
from storecredit.checkouts import operations, queries
from storecredit.checkouts.errors import CheckoutNotFound, SourceNotFound
from storecredit.dialects.digital_river.examples import buying as examples
from storecredit.dialects.digital_river.filters import CheckoutFilter, CheckoutPages
from storecredit.dialects.digital_river.serializers import checkouts
from storecredit.dialects.digital_river.serializers.checkouts import (
    CheckoutCreate,
    CheckoutPage,
    CheckoutUpdate,
    changes_of,
)
from storecredit.dialects.digital_river.views.base import (
    CHECKOUT_ID,
    NOT_EMPTY,
    SOURCE_ID,
    DigitalRiverView,
    ListView,
    thing,
)

_NO_CHECKOUT: Final = "No checkout has this id: it was deleted, or given up."
_ORDERED: Final = "`session_update_not_allowed`: the checkout was ordered."
_ATTACHING: Final = (
    "`session_source_amount_too_large`: the sources would pay more than the checkout costs. "
    "`session_update_not_allowed`: it was ordered, has a primary source already, has one that is used once and would "
    "have to come after store credit, would have Amazon Pay beside store credit, or has 100 sources. "
    "`source_status_invalid_for_session`: the source was consumed or cancelled, belongs elsewhere, is in another "
    "currency, or its line is another customer's or not usable. `insufficient_store_credit`: the line has not enough."
)


class Checkouts(ListView):
    permission_classes = [HasScope(GET=Scope.PAYMENTS_READ, POST=Scope.PAYMENTS_WRITE)]
    idempotency = {"POST": KeyRule.OPTIONAL}
    max_body_bytes = MAX_LARGE_BODY_BYTES
    filterset_class = CheckoutFilter
    pagination_class = CheckoutPages

    @extend_schema(
        summary="List checkouts",
        description=f"Newest first, each as it stands now; those that were deleted or given up are not there. {OURS}",
        responses={200: CheckoutPage},
        examples=examples_of(examples.LIST_CHECKOUTS),
    )
    def get(self, request: Any) -> Response:
        query = self.read_query()
        return self.show_page(
            CheckoutPage,
            queries.list_checkout_page,
            query,
            unknown=CheckoutNotFound,
            now=self.now,
            currency=query.get("currency"),
            customer=query.get("customerId"),
            upstream_id=query.get("upstreamIds"),
            email=query.get("email"),
        )

    @extend_schema(
        summary="Create a checkout",
        description="It costs its items, shipping, and tax unless taxInclusive. It is given up after 30 days without a "
        "change.",
        request=CheckoutCreate,
        responses={
            201: OpenApiResponse(checkouts.Checkout, "The checkout was made."),
            409: "The source named cannot be attached: see there.",
        },
        examples=examples_of(examples.CREATE_CHECKOUT),
    )
    def post(self, request: Any) -> Response:
        key = self.read_key()
        order = self.read(CheckoutCreate)

        def create() -> queries.CheckoutDetail:
            currency = order["currency"]
            try:
                made = operations.create_checkout(
                    currency=currency,
                    source_id=order.get("source_id"),
                    **changes_of(order, currency),
                    **self.acting,
                )
            except SourceNotFound:
                raise wrong_member("sourceId", "is not the id of a source.") from None
            self.tell(ActivityKind.ADDED, thing("checkout", made.checkout.pk))
            return made

        return self.show_once(
            create, checkouts.Checkout, key=key, body=order, location=lambda made: f"checkouts/{made['id']}"
        )


class Checkout(DigitalRiverView):
    permission_classes = [HasScope(Scope.PAYMENTS_WRITE, GET=Scope.PAYMENTS_READ)]
    idempotency = {"POST": KeyRule.OPTIONAL}
    max_body_bytes = MAX_LARGE_BODY_BYTES
    path_parameters = [CHECKOUT_ID]

    @extend_schema(
        summary="Get a checkout",
        responses={
            200: OpenApiResponse(checkouts.Checkout, "The checkout, with the sources that pay now."),
            404: _NO_CHECKOUT,
        },
        examples=examples_of(examples.READ_CHECKOUT),
    )
    def get(self, request: Any, checkout: UUID) -> Response:
        return self.show(checkouts.Checkout, self.find(checkout))

    @extend_schema(
        summary="Change a checkout",
        description="Members that are not sent are left alone; items replaces all lines. What is set aside lasts anew.",
        request=CheckoutUpdate,
        responses={
            200: OpenApiResponse(checkouts.Checkout, "The checkout after the change."),
            404: _NO_CHECKOUT,
            409: (
                f"{_ORDERED} `session_source_amount_too_large`: its sources would pay more than it then costs. "
                f"`source_status_invalid_for_session`: a line is not the customer's."
            ),
        },
        examples=examples_of(examples.CHANGE_CHECKOUT),
    )
    def post(self, request: Any, checkout: UUID) -> Response:
        currency = self.find(checkout).checkout.currency
        key = self.read_key()
        order = self.read(CheckoutUpdate)
        changes = changes_of(order, currency)

        def change() -> queries.CheckoutDetail:
            changed = operations.change_checkout(checkout_id=checkout, changes=changes, **self.acting)
            # Which members, and not to what, for some are somebody's.
            self.tell(ActivityKind.CHANGED, thing("checkout", checkout), changed=sorted(changes))
            return changed

        return self.show_once(change, checkouts.Checkout, key=key, body=order, object_id=checkout, status=200)

    @extend_schema(
        summary="Delete a checkout",
        description="Its lines of credit are cancelled, and what was set aside is free.",
        responses={
            204: OpenApiResponse(None, "It was deleted."),
            **NOT_EMPTY,
            404: _NO_CHECKOUT,
            409: _ORDERED,
        },
        examples=examples_of(examples.DELETE_CHECKOUT),
    )
    def delete(self, request: Any, checkout: UUID) -> Response:
        self.read_nothing(lambda: self.find(checkout))

        @operation
        def delete() -> None:
            operations.delete_checkout(checkout_id=checkout, **self.acting)
            self.tell(ActivityKind.DELETED, thing("checkout", checkout))

        delete()
        return Response(status=204)

    def find(self, checkout: UUID) -> queries.CheckoutDetail:
        """
        The checkout that the path names.

        :raises CheckoutNotFound: if there is none of the client's mode.
        """
        return queries.get_checkout(checkout_id=checkout, test_mode=self.caller.test_mode, now=self.now)


class CheckoutSource(DigitalRiverView):
    permission_classes = [HasScope(Scope.PAYMENTS_WRITE)]
    idempotency = {"POST": KeyRule.OPTIONAL}
    max_body_bytes = MAX_LARGE_BODY_BYTES
    path_parameters = [CHECKOUT_ID, SOURCE_ID]

    @extend_schema(
        summary="Attach a source",
        description="Takes no body. Store credit is set aside for 30 minutes, anew with each change of the checkout.",
        responses={
            200: OpenApiResponse(checkouts.Checkout, "The checkout, also if the source was attached before."),
            **NOT_EMPTY,
            404: "No checkout or no source has this id.",
            409: _ATTACHING,
        },
        examples=examples_of(examples.ATTACH_SOURCE),
    )
    def post(self, request: Any, checkout: UUID, source: UUID) -> Response:
        if self.has_key:
            self.find(checkout, source)
        key = self.read_key()
        body = self.read_nothing(lambda: self.find(checkout, source))

        def attach() -> queries.CheckoutDetail:
            attached = operations.attach_source(checkout_id=checkout, source_id=source, **self.acting)
            self.tell(ActivityKind.SOURCE_ATTACHED, thing("checkout", checkout), payment_source=str(source))
            return attached

        return self.show_once(
            attach, checkouts.Checkout, key=key, body=body, object_id=f"{checkout} {source}", status=200
        )

    @extend_schema(
        summary="Detach a source",
        description="Store credit is cancelled for good, and what was set aside is free.",
        responses={
            204: OpenApiResponse(None, "It was detached."),
            **NOT_EMPTY,
            404: "No checkout or no source has this id, or the source is not attached.",
            409: _ORDERED,
        },
        examples=examples_of(examples.DETACH_SOURCE),
    )
    def delete(self, request: Any, checkout: UUID, source: UUID) -> Response:
        self.read_nothing(lambda: self.find(checkout, source))

        @operation
        def detach() -> None:
            operations.detach_source(checkout_id=checkout, source_id=source, **self.acting)
            self.tell(ActivityKind.SOURCE_DETACHED, thing("checkout", checkout), payment_source=str(source))

        detach()
        return Response(status=204)

    def find(self, checkout: UUID, source: UUID) -> None:
        """
        Look up what the path names.

        :raises CheckoutNotFound, SourceNotFound: if there is none of the client's mode.
        """
        queries.get_checkout(checkout_id=checkout, test_mode=self.caller.test_mode, now=self.now)
        queries.get_source(source_id=source, test_mode=self.caller.test_mode)
