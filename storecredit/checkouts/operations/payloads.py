"""What an event says, read strictly: names as the vendor writes them, amounts as decimals."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

from storecredit.checkouts.errors import EventMalformed

ORDER_EVENTS = frozenset({"order.accepted", "checkout_session.order.created"})
REFUND_EVENT = "order.charge.refund.complete"
CANCEL_EVENT = "order.cancelled"
KNOWN_TYPES = ORDER_EVENTS | {REFUND_EVENT, CANCEL_EVENT}
STORE_CREDIT = "customerCredit"
LARGEST_BODY_BYTES = 1024 * 1024

_ID = re.compile(r"[!-~]{1,64}")
_TYPE = re.compile(r"[a-z0-9_.]{1,100}")


@dataclass(frozen=True, slots=True)
class Head:
    """An event's own id and type."""

    event_id: str
    type: str


@dataclass(frozen=True, slots=True)
class CreditSource:
    """A line of credit that an order at the vendor uses. `currency` empty: that of the line."""

    source_id: str
    upstream_id: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class VendorOrderSaid:
    """An order at the vendor, and the sessions under which its credit may have been set aside."""

    order_id: str
    session_ids: tuple[str, ...]
    credits: tuple[CreditSource, ...]


@dataclass(frozen=True, slots=True)
class RefundSaid:
    """One refund that reached a source. `key` is the vendor's id of it."""

    order_id: str
    source_id: str
    key: str
    amount: Decimal
    currency: str


def read_head(body: bytes) -> Head:
    """
    What any event has.

    :raises EventMalformed: if it is not JSON, or lacks an id or a type.
    """
    event = _parse(body)
    event_id, type_ = event.get("id"), event.get("type")
    if not isinstance(event_id, str) or not _ID.fullmatch(event_id):
        raise EventMalformed(why="it has no id")
    if not isinstance(type_, str) or not _TYPE.fullmatch(type_):
        raise EventMalformed(why="it has no type")
    return Head(event_id, type_)


def read_order(body: bytes) -> VendorOrderSaid:
    """
    An accepted order and its lines of credit.

    :raises EventMalformed: if something of that is missing.
    """
    thing = _object(body)
    payment = _member(thing, "payment", dict)
    sources = _dicts(_member(payment, "sources", list), "payment.sources")
    session = payment.get("session")
    sessions = [session.get("id") if isinstance(session, dict) else None, thing.get("checkoutSessionId")]
    currency = _currency(thing.get("currency"))
    _require_each_once([each["id"] for each in sources if isinstance(each.get("id"), str)], "source")
    credits_ = [_credit(each, currency) for each in sources if each.get("type") == STORE_CREDIT]
    return VendorOrderSaid(
        order_id=_id(thing, "id"),
        session_ids=tuple(each for each in sessions if isinstance(each, str) and _ID.fullmatch(each)),
        credits=tuple(credits_),
    )


def read_refunds(body: bytes) -> list[RefundSaid]:
    """
    The refunds that a charge, or each charge of an order, tells of: those that are complete. The list grows from event
    to event, so each is known by its id.

    :raises EventMalformed: if something of that is missing.
    """
    refunds = _read_refunds(_object(body))
    _require_each_once([(refund.source_id, refund.key) for refund in refunds], "refund")
    return refunds


def _read_refunds(thing: dict[str, Any]) -> list[RefundSaid]:
    payment = thing.get("payment")
    if isinstance(payment, dict) and "charges" in payment:
        charges = _dicts(payment["charges"], "payment.charges")
        order_id = _id(thing, "id")
        return [refund for charge in charges for refund in _refunds_of(charge, order_id)]
    if "refunds" in thing:
        return list(_refunds_of(thing, _id(thing, "orderId")))
    currency = _currency(thing.get("currency"))
    return [RefundSaid(_id(thing, "orderId"), _id(thing, "sourceId"), _id(thing, "id"), _amount(thing), currency)]


def read_cancelled_order_id(body: bytes) -> str:
    """
    The id of the order that was cancelled.

    :raises EventMalformed: if it has none.
    """
    return _id(_object(body), "id")


def find_order_id(type_: str, body: bytes) -> str:
    """The order that an event is about, empty if it does not say."""
    try:
        thing = _object(body)
        return _id(thing, "orderId" if "orderId" in thing else "id") if type_ in KNOWN_TYPES else ""
    except EventMalformed:
        return ""


def _refunds_of(charge: dict[str, Any], order_id: str) -> Iterator[RefundSaid]:
    if "refunds" not in charge:
        return
    for place, refund in enumerate(_dicts(charge["refunds"], "refunds")):
        if refund.get("state") != "complete":
            continue
        # Some refunds come without an id: then their charge, place and time tell them apart.
        key = _id(refund, "id") if "id" in refund else f"{_id(charge, 'id')}:{place}:{_text(refund, 'createdTime')}"
        yield RefundSaid(order_id, _id(charge, "sourceId"), key, _amount(refund), _currency(charge.get("currency")))


def _require_each_once(ids: Sequence[object], what: str) -> None:
    """An event that says two things of one source or refund does not say which is true."""
    if len(set(ids)) < len(ids):
        raise EventMalformed(why=f"it names one {what} twice")


def _credit(source: dict[str, Any], currency: str) -> CreditSource:
    upstream_id = source.get("upstreamId")
    if not isinstance(upstream_id, str) or not upstream_id.isprintable() or not 0 < len(upstream_id) <= 128:
        raise EventMalformed(why="a source of store credit has no upstreamId")
    return CreditSource(
        source_id=_id(source, "id"),
        upstream_id=upstream_id,
        amount=_amount(source),
        currency=_currency(source.get("currency")) or currency,
    )


def _parse(body: bytes) -> dict[str, Any]:
    if len(body) > LARGEST_BODY_BYTES:
        raise EventMalformed(why="it is too long")
    try:
        event = json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise EventMalformed(why="it is not JSON") from error
    if not isinstance(event, dict):
        raise EventMalformed(why="it is not an object")
    return event


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _object(body: bytes) -> dict[str, Any]:
    thing: dict[str, Any] = _member(_member(_parse(body), "data", dict), "object", dict)
    return thing


def _member(thing: dict[str, Any], name: str, type_: type) -> Any:
    value = thing.get(name)
    if not isinstance(value, type_):
        raise EventMalformed(why=f"it lacks {name}")
    return value


def _dicts(values: Any, name: str) -> list[dict[str, Any]]:
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise EventMalformed(why=f"{name} is no list of objects")
    return values


def _id(thing: dict[str, Any], name: str) -> str:
    value = thing.get(name)
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise EventMalformed(why=f"it lacks {name}")
    return value


def _text(thing: dict[str, Any], name: str) -> str:
    value = thing.get(name, "")
    return value if isinstance(value, str) and re.fullmatch(r"[!-~]{0,40}", value) else ""


def _amount(thing: dict[str, Any]) -> Decimal:
    value = thing.get("amount")
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise EventMalformed(why="an amount is no number")
    amount = Decimal(value)
    if amount <= 0 or amount >= 10**18 or amount != amount.quantize(Decimal("0.000001")):
        raise EventMalformed(why="an amount is out of range")
    return amount


def _currency(value: Any) -> str:
    return value if isinstance(value, str) and re.fullmatch(r"[A-Z]{3}", value) else ""
