from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.response import Response

from ledger.queries import list_reasons
from storecredit.api.pagination import Pagination
from storecredit.api.permissions import HasScope
from storecredit.api.rights import Right
from storecredit.api.schema import OURS, examples_of
from storecredit.api.scopes import Scope
from storecredit.api.serializers import NoBody
from storecredit.credits import queries
from storecredit.dialects.fabric import examples
from storecredit.dialects.fabric.serializers.credits import (
    ListedOrderCredits,
    OrderCreditList,
    OrderCreditsEligibility,
    look_at_eligibility,
)
from storecredit.dialects.fabric.serializers.requests import PAGE_SIZE, AllCreditsListing, OrderCreditListing
from storecredit.dialects.fabric.views.base import HEADERS, NO_ORDER, ByName, FabricView


class OffsetPages(Pagination):
    """Parts of a list by `offset` and `limit`, which stand in the body."""

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any]:
        """The rows that are asked for."""
        body = view.read(OrderCreditListing)
        self.offset, self.limit = body.get("offset") or 0, body.get("limit") or PAGE_SIZE
        self.queryset = queryset
        return list(queryset[self.offset : self.offset + self.limit])

    def get_paginated_response(self, data: Any) -> Response:
        """The rows beside their place in the list."""
        place = {"offset": self.offset, "limit": self.limit, "count": self.queryset.count()}
        return Response(OrderCreditList.shared().to_representation({"credits": data, "query": place}))


class _CheckCreditsEligibility(FabricView):
    permission_classes = [HasScope(Scope.CREDITS_REQUEST, rights={"POST": (Right.VIEW_REQUESTS,)})]

    @extend_schema(
        description="Which reasons there are, and which approval policy credits of this key fall under.",
        responses={
            200: OrderCreditsEligibility,
            400: "A header that is not what is documented, or a body with something in it.",
            **NO_ORDER,
            413: "There is a body, and it is too long.",
            415: "There is a body, and it is not JSON.",
        },
    )
    def post(self, request: Any, **path: Any) -> Response:
        self.find_order(**path)
        self.read(NoBody)
        policy = queries.find_default_policy(client_id=self.caller.client_id)
        shown = look_at_eligibility(path["order"], list_reasons("giving"), policy)
        return self.show(OrderCreditsEligibility, shown)


@extend_schema_view(
    post=extend_schema(
        summary="Check credits eligibility by order id", examples=examples_of(examples.CHECK_ELIGIBILITY)
    )
)
class CheckCreditsEligibility(_CheckCreditsEligibility):
    pass


@extend_schema_view(
    post=extend_schema(
        summary="Check credits eligibility by a name of the order",
        examples=examples_of(examples.CHECK_ELIGIBILITY_BY_NAME),
    )
)
class CheckCreditsEligibilityByName(ByName, _CheckCreditsEligibility):
    pass


class _ListCredits(FabricView):
    permission_classes = [HasScope(Scope.CREDITS_REQUEST, rights={"POST": (Right.VIEW_REQUESTS,)})]
    pagination_class = OffsetPages

    @extend_schema(
        description=f"The order's credits, oldest first, as one tenant sees them. {OURS}",
        request=OrderCreditListing,
        responses={
            200: OpenApiResponse(OrderCreditList, "Some of the order's credits, and how many there are."),
            **NO_ORDER,
        },
    )
    def post(self, request: Any, **path: Any) -> Response:
        order = self.find_order(**path)
        body = self.read(OrderCreditListing)
        found = self.list_of_order(
            order,
            status=body.get("status_code") or "",
            created_from=body.get("created_from"),
            created_to=body.get("created_to"),
            member=body.get("metadata"),
        )
        return self.get_paginated_response(self.look_at_all(self.paginate_queryset(found) or []))


class ListCreditsOfAllOrders(FabricView):
    permission_classes = [HasScope(Scope.CREDITS_REQUEST, rights={"POST": (Right.VIEW_REQUESTS,)})]
    path_parameters = HEADERS

    @extend_schema(
        summary="List credits of all orders",
        description="The credits of whatever orders, newest first, as one tenant sees them, each with the name of its "
        f"order. {OURS}",
        request=AllCreditsListing,
        responses={200: OpenApiResponse(ListedOrderCredits, "Some of the credits, and whether there are more.")},
        examples=examples_of(examples.LIST_ALL_CREDITS),
    )
    def post(self, request: Any) -> Response:
        tenant, _ = self.read_headers()
        self.read_query()
        body = self.read(AllCreditsListing)
        place = {"offset": body.get("offset") or 0, "limit": body.get("limit") or PAGE_SIZE}
        found, has_more = queries.list_request_page(
            tenant=tenant,
            test_mode=self.caller.test_mode,
            first=place["offset"],
            at_most=place["limit"],
            status=body.get("status_code") or "",
            kind=body.get("kind") or "",
            currency=body.get("currency") or "",
            reason=body.get("reason_code") or "",
            created_from=body.get("created_from"),
            created_to=body.get("created_to"),
            member=body.get("metadata"),
        )
        place["count"] = place["offset"] + len(found) + has_more if found else 0
        shown = {"credits": self.look_at_all(found), "query": place}
        return self.show(ListedOrderCredits, shown)


@extend_schema_view(post=extend_schema(summary="List credits by order id", examples=examples_of(examples.LIST_CREDITS)))
class ListCredits(_ListCredits):
    pass


@extend_schema_view(
    post=extend_schema(
        summary="List credits by a name of the order", examples=examples_of(examples.LIST_CREDITS_BY_NAME)
    )
)
class ListCreditsByName(ByName, _ListCredits):
    pass
