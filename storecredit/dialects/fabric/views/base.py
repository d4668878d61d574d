"""What every view of the API of credits on orders does the same way."""

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, ClassVar, Final
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter

from ledger.operations import Actor
from storecredit.api.fields import Choice
from storecredit.api.generics import DialectView
from storecredit.api.json_text import Json
from storecredit.api.problems import BadRequest, Fault, FaultKind
from storecredit.api.schema import path_parameter
from storecredit.api.scopes import Scope
from storecredit.credits import queries
from storecredit.credits.operations import NUMBER, Order, OrderKind, Party
from storecredit.credits.queries import CreditRequest
from storecredit.dialects.fabric.errors import REQUEST_ID, Fabric, echo, read_request_id
from storecredit.dialects.fabric.serializers.credits import credits_in, look_at
from storecredit.dialects.fabric.serializers.ids import read_order
from storecredit.dialects.fabric.serializers.numbers import is_masked, reveal_number

_TENANT: Final = re.compile(r"[!-~]{24}", re.ASCII)
_CHANNELS: Final = ("12", "13")


def _header(name: str, about: str, schema: Mapping[str, Any], **more: Any) -> OpenApiParameter:
    return OpenApiParameter(
        name, type=dict(schema), location=OpenApiParameter.HEADER, description=about, **{"required": True} | more
    )


HEADERS: Final = [
    _header(
        "x-fabric-tenant-id",
        "The tenant, 24 characters; the key's own if it has one.",
        {"type": "string", "pattern": "^[!-~]{24}$"},
    ),
    _header(
        "x-fabric-channel-id",
        "The sales channel: `12` for the United States, `13` for Canada.",
        {"type": "string", "enum": list(_CHANNELS)},
    ),
    _header(
        REQUEST_ID,
        "Your id of this request: up to 128 printable ASCII characters without blanks are given back and stand in the "
        "credit's history; anything else is passed over.",
        {"type": "string"},
        required=False,
    ),
    _header(REQUEST_ID, "As it was sent.", {"type": "string"}, required=False, response=True),
]
BY_ID: Final = [
    path_parameter(
        "orderId",
        "Id of the order: 24 hexadecimal characters.",
        {"type": "string", "pattern": "^[0-9a-fA-F]{24}$"},
    ),
    *HEADERS,
]
BY_NAME: Final = [
    path_parameter(
        "orderName",
        "By what the order is named.",
        Choice(choices=[kind.value for kind in OrderKind if kind.value], component="OrderName"),
    ),
    path_parameter(
        "orderNameValue",
        "The order's id, its number, or its id in another system: up to 64 printable characters.",
        {"type": "string", "minLength": 1, "maxLength": 64},
    ),
    *HEADERS,
]
NO_ORDER: Final = {404: "No order can have this id or number."}


class FabricView(DialectView):
    dialect = Fabric()
    path_names: ClassVar[Mapping[str, str]] = {"order": "orderId"}
    path_parameters = BY_ID

    @property
    def actor(self) -> Actor:
        """The caller as the books write it down, with its own id of the request if it sent one."""
        given = read_request_id(self.request._request)
        return self.caller.actor(door="api:fabric", request_id=given) if given else super().actor

    @property
    def party(self) -> Party:
        """The caller, and the person behind it."""
        return Party(actor=self.actor, person_id=self.caller.owner_id, client_id=self.caller.client_id)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """The answer, with the client's own id of the request."""
        return echo(super().finalize_response(request, response, *args, **kwargs), request._request)

    def find_order(self, *, order: str, kind: OrderKind = OrderKind.ID) -> Order:
        """
        The order that the path names, at the tenant and in the channel that the headers name.

        :raises Refused: if no order can be called that.
        :raises BadRequest: if the headers do not say what they must.
        """
        value = read_order(kind, order)
        if value is None:
            raise self.dialect.refuse("order_not_found")
        tenant, channel = self.read_headers()
        return Order(kind=kind, value=value, tenant=tenant, channel=channel)

    def read_headers(self) -> tuple[str, str]:
        """
        The tenant and the channel that the headers name.

        :raises BadRequest: if they do not say what they must.
        """
        headers = {"tenant": self.request.headers.get("x-fabric-tenant-id", "")}
        headers["channel"] = self.request.headers.get("x-fabric-channel-id", "")
        faults = [
            Fault(FaultKind.MISSING, f"x-fabric-{name}-id is required.", f"x-fabric-{name}-id")
            for name, said in headers.items()
            if not said
        ]
        tenant, channel = headers["tenant"], headers["channel"]
        if tenant and (not _TENANT.fullmatch(tenant) or self.caller.tenant not in ("", tenant)):
            complaint = "x-fabric-tenant-id must be the tenant of this API key, 24 characters."
            faults.append(Fault(FaultKind.HEADER, complaint, "x-fabric-tenant-id"))
        if channel and channel not in _CHANNELS:
            faults.append(Fault(FaultKind.HEADER, "x-fabric-channel-id must be 12 or 13.", "x-fabric-channel-id"))
        if faults:
            raise BadRequest.of(faults)
        return tenant, channel

    def object_id(self, order: Order) -> str:
        """What makes two requests speak of the same order."""
        return f"{order.kind}:{order.value}:{order.tenant}:{order.channel}"

    def list_of_order(self, order: Order, **narrowed: Any) -> Any:
        """The credits of an order that the client may see."""
        return queries.list_requests_of_order(
            kind=order.kind, value=order.value, tenant=order.tenant, test_mode=self.caller.test_mode, **narrowed
        )

    def look_at_all(self, credits: Iterable[CreditRequest]) -> list[Any]:
        """Credits as an answer knows them, with the numbers whole if this key may see them whole."""
        shown = []
        for credit in credits:
            shown.append(look_at(credit))
            if Scope.GIFT_CARDS_REVEAL in self.caller.scopes:
                reveal_number(shown[-1]["attributes"], credit)
        return shown

    def reveal(self, order: Order, text: Json) -> Any:
        """The answer with the numbers whole that this key may see whole."""
        if Scope.GIFT_CARDS_REVEAL not in self.caller.scopes:
            return text
        shown = json.loads(text, parse_float=Decimal)
        masked = [credit for credit in credits_in(shown) if is_masked(credit["attributes"].get(NUMBER))]
        found = self.list_of_order(order).in_bulk([UUID(credit["creditId"]) for credit in masked]) if masked else {}
        for credit in masked:
            reveal_number(credit["attributes"], found[UUID(credit["creditId"])])
        return shown


class ByName:
    """A path that names the order in another way than by its id. Put it before the view that answers there."""

    path_names: ClassVar[Mapping[str, str]] = {"kind": "orderName", "order": "orderNameValue"}
    path_parameters = BY_NAME
