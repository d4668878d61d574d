from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from ledger.errors import DomainError
from storecredit.api.authentication import BareAuthentication, BearerAuthentication, HeaderAuthentication
from storecredit.api.fields import Uuid, wrong_member
from storecredit.api.generics import DialectView
from storecredit.api.problems import Problem
from storecredit.api.schema import path_parameter
from storecredit.api.serializers import NoBody, Serializer, Validated
from storecredit.audit.operations import ActivityKind, Subject, record_activity
from storecredit.client_address import client_address
from storecredit.dialects.digital_river.errors import DigitalRiver
from storecredit.dialects.digital_river.filters import created_in, place_in
from storecredit.dialects.digital_river.serializers.shapes import OrderId

#: The path converter that takes UUIDs in capitals, too.
ANY_UUID: Final = "any_uuid"
SOURCE_ID: Final = path_parameter("sourceId", "Id of the source.", Uuid())
CHECKOUT_ID: Final = path_parameter("checkoutId", "Id of the checkout.", Uuid())
REFUND_ID: Final = path_parameter("refundId", "Id of the refund.", Uuid())
FULFILLMENT_ID: Final = path_parameter("fulfillmentId", "Id of the fulfilment.", Uuid())
ORDER_ID: Final = path_parameter("orderId", "Id of the order: 12 digits.", OrderId())


#: What can be wrong with a body where there should be none.
NOT_EMPTY: Final = {400: "Something was sent that is no JSON object.", 413: "Too long."}


class DigitalRiverView(DialectView):
    dialect = DigitalRiver()
    authentication_classes = [BearerAuthentication, HeaderAuthentication, BareAuthentication]
    path_parameters: list[OpenApiParameter] = []
    path_names = {
        "source": "sourceId",
        "checkout": "checkoutId",
        "order": "orderId",
        "refund": "refundId",
        "fulfillment": "fulfillmentId",
        "line": "upstreamId",
    }

    @property
    def acting(self) -> dict[str, Any]:
        """Who acts, on which mode's objects, and when."""
        return {"test_mode": self.caller.test_mode, "actor": self.actor, "now": self.now}

    @property
    def has_key(self) -> bool:
        """Whether the request has an idempotency key, well-formed or not."""
        return "HTTP_IDEMPOTENCY_KEY" in self.request.META

    @property
    def route(self) -> str:
        """The pattern of the path, as it was when UUIDs in capitals were none."""
        return super().route.replace(f"<{ANY_UUID}:", "<uuid:")

    def tell(self, kind: ActivityKind, subject: Subject, **details: Any) -> None:
        """Write down what the client did, in the transaction that does it: not every act here moves money."""
        record_activity(
            actor=self.actor,
            kind=kind,
            subject=subject,
            details=details,
            address=client_address(self.request._request),
            now=self.now,
        )

    def read_nothing(self, find: Callable[[], object]) -> Validated:
        """
        That there is no body. The operation tells at once of a path that names nothing; only where something was sent
        that is refused has it to be told before.

        :param find: looks up what the path names.
        """
        try:
            return self.read(NoBody)
        except (APIException, Problem):
            find()
            raise


def thing(name: str, key: object) -> Subject:
    """One of the checkout's things, as activities name it."""
    return Subject(kind=f"checkouts.{name}", id=str(key), label=str(key))


class ListView(DigitalRiverView):
    """A path that gives a list, too: newest first, in pages that begin beside one of its items."""

    def show_page(
        self,
        serializer_class: type[Serializer],
        list_page: Callable[..., tuple[Sequence[Any], bool]],
        query: Mapping[str, Any],
        *,
        unknown: type[DomainError],
        **narrowed: Any,
    ) -> Response:
        """
        The page that a query asks for.

        :param list_page: gives its items, and whether there are more.
        :param unknown: what that raises where a page shall begin beside what is not in the list.
        :param narrowed: by what else it is filtered, as `list_page` takes it.
        """
        place, created = place_in(query), created_in(query)
        try:
            items, has_more = list_page(test_mode=self.caller.test_mode, created=created, **place, **narrowed)
        except unknown:
            member = "startingAfter" if "startingAfter" in query else "endingBefore"
            raise wrong_member(member, "must be the id of one in this list.") from None
        return self.show(serializer_class, {"has_more": has_more, "data": items})
