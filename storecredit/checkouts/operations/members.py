"""
What may be said of a checkout and of a source: whom it bills, whose it is, where they live, and how long a text may be.

The dialects refuse the same in their own words before they call; whoever comes through another door is refused here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ledger.text import TextKind, find_too_long, find_unfit, find_wrong_email
from storecredit.checkouts.errors import MemberMalformed

MOST_ITEMS: Final = 1000
#: In characters, for every door.
LONGEST_ID: Final = 128
LONGEST_NAME: Final = 200
LONGEST_LINE: Final = 200
LONGEST_CITY: Final = 100
LONGEST_POSTAL_CODE: Final = 20
LONGEST_STATE: Final = 64
LONGEST_PHONE: Final = 64
_LONGEST_EMAIL: Final = 254
_COUNTRY: Final = re.compile(r"[A-Z]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Text:
    longest: int
    kind: TextKind = TextKind.NAME
    is_needed: bool = False
    is_email: bool = False
    form: re.Pattern[str] | None = None


_ADDRESS: Final = {
    "line1": _Text(LONGEST_LINE, is_needed=True),
    "line2": _Text(LONGEST_LINE),
    "city": _Text(LONGEST_CITY, is_needed=True),
    "postal_code": _Text(LONGEST_POSTAL_CODE, TextKind.CODE, is_needed=True),
    "state": _Text(LONGEST_STATE),
    "country": _Text(2, TextKind.CODE, is_needed=True, form=_COUNTRY),
}
_EMAIL: Final = _Text(_LONGEST_EMAIL, TextKind.CODE, is_email=True)
_BILL_TO: Final = {
    "name": _Text(LONGEST_NAME, is_needed=True),
    "organization": _Text(LONGEST_NAME),
    "email": _EMAIL,
    "phone": _Text(LONGEST_PHONE, TextKind.CODE),
}
_OWNER: Final = {"first_name": _Text(LONGEST_NAME), "last_name": _Text(LONGEST_NAME), "email": _EMAIL}
_CHECKOUT: Final = {"email": _EMAIL, "upstream_id": _Text(LONGEST_ID, TextKind.CODE)}
_ITEM: Final = {"sku_id": _Text(LONGEST_ID, TextKind.CODE, is_needed=True)}


def require_checkout_texts(said: Mapping[str, Any]) -> None:
    """
    Refuse an e-mail address, an id of the shop's own or a billing address that is not fit. None of them must be said.

    :raises MemberMalformed: naming the member.
    """
    _require_texts({name: said[name] for name in _CHECKOUT if name in said}, _CHECKOUT, "")
    if said.get("bill_to"):
        _require_person(said["bill_to"], _BILL_TO, "bill_to.")


def require_item_id(sku_id: str, *, place: int) -> None:
    """
    Refuse an item without an id, or with one that is not fit.

    :param place: the item's, from 0.
    :raises MemberMalformed: naming the member.
    """
    _require_texts({"sku_id": sku_id}, _ITEM, f"items[{place}].")


def require_owner(owner: Mapping[str, Any]) -> None:
    """
    Refuse an owner of a source without a name or an address. Who has one name has it in either of the two.

    :raises MemberMalformed: naming the member.
    """
    if not owner.get("first_name") and not owner.get("last_name"):
        raise MemberMalformed(member="owner.first_name", wrong="is missing")
    _require_person(owner, _OWNER, "owner.")


def _require_person(said: Mapping[str, Any], texts: Mapping[str, _Text], where: str) -> None:
    person = dict(said)
    address = person.pop("address", None)
    _require_texts(person, texts, where)
    if not isinstance(address, Mapping):
        raise MemberMalformed(member=f"{where}address", wrong="is missing")
    _require_texts(address, _ADDRESS, f"{where}address.")


def _require_texts(said: Mapping[str, Any], texts: Mapping[str, _Text], where: str) -> None:
    for name in said.keys() - texts.keys():
        raise MemberMalformed(member=f"{where}{name}", wrong="is not known")
    for name, text in texts.items():
        if message := _find_wrong(said.get(name, ""), text):
            raise MemberMalformed(member=f"{where}{name}", wrong=message)


def _find_wrong(value: Any, text: _Text) -> str:
    if value == "":
        return "is missing" if text.is_needed else ""
    if not isinstance(value, str):
        return "is no text"
    if message := find_too_long(value, text.longest) or find_unfit(value, text.kind):
        return message
    if text.is_email:
        return find_wrong_email(value)
    if text.form is not None and not text.form.fullmatch(value):
        return "is not of its form"
    return ""
