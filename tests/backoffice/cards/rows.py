"""What staff could have changed about cards, row by row, and where a code could have been left behind."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import Model

from giftcards.models import CardBatch, CardEvent, GiftCard
from ledger.models import StaffIntent
from tests.scenarios import nothing_moves


def _rows(*models: type[Model]) -> list[Any]:
    return [list(model._default_manager.order_by("pk").values()) for model in models]


@contextmanager
def no_card_changes() -> Iterator[None]:
    """Whatever happens in here leaves the books, every card, its history and the staff log as they were."""
    before = _rows(GiftCard, CardEvent, CardBatch, LogEntry)
    with nothing_moves():
        yield
    assert _rows(GiftCard, CardEvent, CardBatch, LogEntry) == before


def places_that_keep_text() -> str:
    """All that the admin writes down for itself: its log, what was typed, the sessions and the messages in them."""
    sessions = [session.get_decoded() for session in Session.objects.all()]
    return repr((_rows(LogEntry, CardEvent, StaffIntent), sessions))
