"""Key rotation, for the numbers that cards to be made shall have: as for the codes of cards, while people decide."""

from collections.abc import Callable
from uuid import UUID

from django.db.models import Count

from giftcards.operations import RotationSummary
from ledger.operations import operation
from storecredit.credits.models import CreditRequest, sealed_with_an_older_key

_AT_ONCE = 500


def count_numbers_by_key() -> dict[str, int]:
    """How many numbers each key has sealed, by the key's name."""
    kept = CreditRequest.objects.exclude(number_key="").order_by("number_key").values_list("number_key")
    return dict(kept.annotate(Count("pk")))


def count_numbers_to_rotate() -> int:
    """How many numbers an older key has sealed."""
    return CreditRequest.objects.filter(sealed_with_an_older_key()).count()


def rotate_request_numbers(*, on_portion: Callable[[RotationSummary], None] = lambda summary: None) -> RotationSummary:
    """
    Seal every number anew that an older key has sealed. Safe twice, in parallel and while requests are decided.

    :param on_portion: called after each portion with what has been done so far.
    :return: how many, and by name the requests whose number does not open.
    """
    summary = RotationSummary()
    last = UUID(int=0)
    while (reached := _rotate_portion(after=last)) is not None:
        last, part = reached
        summary.sealed += part.sealed
        summary.unreadable += part.unreadable
        on_portion(summary)
    return summary


@operation
def _rotate_portion(*, after: UUID) -> tuple[UUID, RotationSummary] | None:
    waiting = CreditRequest.objects.filter(sealed_with_an_older_key(), pk__gt=after).order_by("pk")
    requests = list(waiting.select_for_update(no_key=True)[:_AT_ONCE])
    if not requests:
        return None
    part = RotationSummary()
    for request in requests:
        if request.reseal_number():
            request.save(update_fields=["number_key", "number_digest", "number_cipher"])
            part.sealed += 1
        else:
            part.unreadable.append(str(request))
    return requests[-1].pk, part
