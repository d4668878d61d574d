from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from storecredit.api.generics import KeyRule
from storecredit.api.permissions import HasScope
from storecredit.api.schema import OURS, examples_of
from storecredit.api.scopes import Scope
from storecredit.audit.operations import ActivityKind
from storecredit.checkouts import operations, queries
from storecredit.checkouts.errors import SourceNotFound
from storecredit.dialects.digital_river.examples import buying as examples
from storecredit.dialects.digital_river.filters import SourceFilter, SourcePages, state_in
from storecredit.dialects.digital_river.serializers.sources import (
    PaymentSource,
    PaymentSourceCreate,
    PaymentSourcePage,
    Standing,
    new_source_of,
)
from storecredit.dialects.digital_river.serializers.tender import TYPES
from storecredit.dialects.digital_river.views.base import SOURCE_ID, DigitalRiverView, ListView, thing


class Sources(ListView):
    permission_classes = [HasScope(GET=Scope.PAYMENTS_READ, POST=Scope.PAYMENTS_WRITE)]
    idempotency = {"POST": KeyRule.OPTIONAL}
    filterset_class = SourceFilter
    pagination_class = SourcePages

    @extend_schema(
        summary="List sources",
        description=f"Newest first, each as it stands now. {OURS}",
        responses={
            200: PaymentSourcePage,
            429: "Over the client's rate, or too many unknown lines of credit: then none is looked up for it.",
        },
        examples=examples_of(examples.LIST_SOURCES),
    )
    def get(self, request: Any) -> Response:
        query = self.read_query()
        return self.show_page(
            PaymentSourcePage,
            self._list,
            query,
            unknown=SourceNotFound,
            type=TYPES[query["type"]] if "type" in query else None,
            state=state_in(query),
            currency=query.get("currency"),
            upstream_id=query.get("upstreamId"),
            payment_session_id=query.get("paymentSessionId"),
        )

    def _list(self, **asked: Any) -> tuple[list[Standing], bool]:
        found, has_more = queries.list_source_page(now=self.now, **asked)
        return [Standing(source, self.now) for source in found], has_more

    @extend_schema(
        summary="Create a source",
        description="Makes something known that can pay. Store credit is not set aside before it is attached. External "
        "tender is recorded and never processed: a card's number or security code, wherever it stands, is refused.",
        request=PaymentSourceCreate,
        responses={
            201: OpenApiResponse(PaymentSource, "The source was made."),
            409: "`session_update_not_allowed`: the payment session is complete.",
        },
        examples=examples_of(examples.CREATE_SOURCE),
    )
    def post(self, request: Any) -> Response:
        key = self.read_key()
        order = self.read(PaymentSourceCreate)

        def create() -> Standing:
            made = operations.create_source(**new_source_of(order), **self.acting)
            self.tell(ActivityKind.ADDED, thing("source", made.pk))
            return Standing(made, self.now)

        return self.show_once(create, PaymentSource, key=key, body=order, location=lambda made: f"sources/{made['id']}")


class Source(DigitalRiverView):
    permission_classes = [HasScope(Scope.PAYMENTS_READ)]
    path_parameters = [SOURCE_ID]

    @extend_schema(
        summary="Get a source",
        responses={200: PaymentSource, 404: "No source has this id."},
        examples=examples_of(examples.READ_SOURCE),
    )
    def get(self, request: Any, source: UUID) -> Response:
        found = queries.get_source(source_id=source, test_mode=self.caller.test_mode)
        return self.show(PaymentSource, Standing(found, self.now))
