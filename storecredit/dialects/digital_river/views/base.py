from collections.abc import Callable, Mapping
from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException

from storecredit.api.authentication import BareAuthentication, BearerAuthentication, HeaderAuthentication
from storecredit.api.fields import Uuid, wrong_member
from storecredit.api.generics import DialectView
from storecredit.api.problems import Problem
from storecredit.api.schema import path_parameter
from storecredit.api.serializers import NoBody, Validated
from storecredit.dialects.digital_river.errors import DigitalRiver
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


def refuse_place(query: Mapping[str, Any]) -> Exception:
    """The refusal of a page that begins beside what is not in the list."""
    member = "startingAfter" if "startingAfter" in query else "endingBefore"
    return wrong_member(member, "must be the id of one in this list.")
