"""What staff could have changed about cards, row by row, and where a code could have been left behind."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session

from giftcards.models import CardBatch, CardEvent, GiftCard
from ledger.models import StaffIntent
from tests.scenarios import every_row_of, nothing_moves


@contextmanager
def no_card_changes() -> Iterator[None]:
    """Whatever happens in here leaves the books, every card, its history and the staff log as they were."""
    before = every_row_of(GiftCard, CardEvent, CardBatch, LogEntry)
    with nothing_moves():
        yield
    assert every_row_of(GiftCard, CardEvent, CardBatch, LogEntry) == before


def places_that_keep_text() -> str:
    """All that the admin writes down for itself: its log, what was typed, the sessions and the messages in them."""
    sessions = [session.get_decoded() for session in Session.objects.all()]
    return repr((every_row_of(LogEntry, CardEvent, StaffIntent), sessions))
