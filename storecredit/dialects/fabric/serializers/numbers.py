"""The numbers of cards in answers, which no stored answer holds."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from giftcards.operations import seal_number
from giftcards.queries import CodeUnreadable, is_code_of, open_card_code
from storecredit.api.problems import KeyReused
from storecredit.credits.operations import NUMBER, Decision
from storecredit.credits.queries import CreditRequest
from storecredit.dialects.fabric.serializers.requests import mask


def reveal_number(attributes: dict[str, Any], request: CreditRequest) -> None:
    """
    Put the number of a credit's card whole where its last four stand: of the card that it was paid to or is to be, as
    it was made, else of the one that is to be made. One that is another by now stays as it is shown.
    """
    shown = attributes.get(NUMBER)
    if not is_masked(shown):
        return
    with suppress(CodeUnreadable):
        number = _number_of(request)
        if number is not None and mask(number) == shown:
            attributes[NUMBER] = number


def number_to_show(decision: Decision, sent: str | None) -> str | None:
    """The number that an answer shows whole: the one that was sent if the credit is for it, else one just told."""
    if decision.code is not None:
        return sent if sent is not None and _is_same(sent, decision.code) else decision.code
    is_kept = sent is not None and decision.request.attributes.get(NUMBER) == mask(sent)
    return sent if is_kept else None


def find_number(request: CreditRequest, sent: str | None, confirmed: bool) -> str:
    """
    The number that an earlier answer showed whole, which no stored answer holds.

    :param confirmed: whether the credit was confirmed by then.
    :raises KeyReused: if another was sent then.
    """
    card = request.issued_card if confirmed else request.payee_card
    if card is not None:
        if sent is not None and is_code_of(code=sent, card=card):
            return sent
        if confirmed:
            return open_card_code(card=card)
    sealed = request.sealed_number
    others = [card is not None, sealed is not None and sealed.digest not in _digests_of(sent)]
    if sent is None or (request.version == 1 and any(others)):
        raise KeyReused
    return sent


def _is_same(one: str, other: str) -> bool:
    return bool(set(_digests_of(one)) & set(_digests_of(other)))


def _number_of(request: CreditRequest) -> str | None:
    card = request.issued_card or request.payee_card
    return open_card_code(card=card) if card is not None else request.open_number()


def is_masked(shown: Any) -> bool:
    """Whether no more than the last four are shown of a number."""
    return isinstance(shown, str) and shown.startswith("****")


def _digests_of(number: str | None) -> Sequence[str]:
    sealed = seal_number(number) if number is not None else None
    return sealed.digests if sealed else ()
