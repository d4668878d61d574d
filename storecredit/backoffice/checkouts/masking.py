"""What of a vendor's event staff may read: no card's data, no secrets, and of an e-mail address enough to know it."""

import json
import re
from typing import Any

HIDDEN = "•••"
#: All that is shown of a means of payment.
_SHOWN_OF_TENDER = {"brand", "lastFourDigits", "expirationMonth", "expirationYear", "upstreamId", "id", "state"}
_TENDER = re.compile(
    r"(credit|debit|gift)?card|(google|apple|amazon|ali)pay|paypal\w*|wiretransfer|klarna\w*|konbini|directdebit"
    r"|onlinebanking|bankaccount|paymentmethod",
    re.IGNORECASE,
)
_SECRET = re.compile(
    r"secret|token|password|passwd|api_?key|authori[sz]ation|signature|credential|cvv|cvc|csc|security_?code"
    r"|(card|account|routing)_?number|^(number|pan|pin|iban|bic|key|nonce|cookie)$|track_?data|cryptogram",
    re.IGNORECASE,
)
_PHONE = re.compile(r"phone|mobile|^fax$", re.IGNORECASE)
_EMAIL = re.compile(r"([^\s@<>\"',;:]{1,64})@([^\s@<>\"',;:]{1,255})")
#: As many digits as a card's number has, however they are grouped.
_CARD_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:[0-9][ -]?){12,18}[0-9](?![0-9A-Za-z])")
_DEEPEST = 40


def show_payload(body: bytes) -> str:
    """An event's body, indented and masked."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return HIDDEN
    return json.dumps(_mask(said, 0), indent=2, ensure_ascii=False)


def mask_text(text: str) -> str:
    """A text without the numbers of cards, its e-mail addresses in part."""
    return _CARD_NUMBER.sub(_last_four, _EMAIL.sub(_mask_email, text))


def _mask(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        return HIDDEN
    if isinstance(value, dict):
        return {mask_text(name): _mask_member(name, member, depth + 1) for name, member in value.items()}
    if isinstance(value, list):
        return [_mask(member, depth + 1) for member in value]
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        text = str(value)
        return mask_text(text) if _CARD_NUMBER.search(text) else value
    return value


def _mask_member(name: str, value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if _SECRET.search(name) or _PHONE.search(name):
        return HIDDEN
    if _TENDER.fullmatch(name):
        if not isinstance(value, dict):
            return HIDDEN
        return {
            mask_text(inner): _mask(member, depth) if inner in _SHOWN_OF_TENDER else HIDDEN
            for inner, member in value.items()
        }
    return _mask(value, depth)


def _mask_email(found: re.Match[str]) -> str:
    return f"{found[1][0]}{HIDDEN}@{found[2]}"


def _last_four(found: re.Match[str]) -> str:
    return f"{HIDDEN}{re.sub('[^0-9]', '', found[0])[-4:]}"
