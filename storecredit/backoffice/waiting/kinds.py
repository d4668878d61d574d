"""
Of every kind of thing that waits for a second person: what waits, whose it is to decide, and what it is called.

Credit requests are not in here: thousands may wait, so that the database itself picks those that are somebody's to
approve (`credits.queries.approvers`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import compress, islice
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db.models import Exists, F, QuerySet
from django.utils.translation import gettext, ngettext

from giftcards.queries import list_waiting_batches
from ledger.wording import amount_text
from storecredit.backoffice.changes.deciding import ACCESS
from storecredit.backoffice.changes.words import asker_of
from storecredit.backoffice.imports.confirming import FILES, list_waiting_files
from storecredit.backoffice.kit import money_text
from storecredit.backoffice.models import AccessChange, ChangeState, NoticeKind
from storecredit.credits.queries import ABOUT_CUSTOMERS, CARD_BATCHES, Decider, Deciding, list_undecided_about
from storecredit.finance.operations import PeriodEventKind, PeriodStatus, RateStatus
from storecredit.finance.queries import (
    CLOSINGS,
    CORRECTIONS,
    RATES,
    BreakageRate,
    PeriodEvent,
    find_amount_at_stake,
    list_pending_corrections,
)

#: So many rows are read at a time: what belongs to them comes with them.
_READ_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Waiting:
    """
    One kind of thing that waits.

    :param field: what a notice calls it.
    :param list_things: all that wait, oldest first.
    :param deciding: who may decide such things.
    :param asked_at: the column that says since when it waits.
    :param asker: who asked for it.
    :param title: so many of them wait, in words.
    :param query: what the list of all such things is asked for.
    :param said: what the list calls one; `mailed`, what a mail does, where that is less: see `notices.composing`.
    :param worth: how much money it is about; blank where that is no question.
    """

    field: str
    list_things: Callable[[datetime], QuerySet[Any]]
    deciding: Deciding
    asked_at: str
    asker: Callable[[Any], str]
    title: Callable[[int], str]
    query: str = ""
    worth: Callable[[Any], str] = lambda thing: ""
    said: Callable[[Any], str] = str
    mailed: Callable[[Any], str] | None = None
    page_id: Callable[[Any], Any] = lambda thing: thing.pk

    @property
    def page(self) -> str:
        """The name of its page."""
        return self.deciding.page

    def mail_word_for(self, thing: Any) -> str:
        """What a mail calls this very thing."""
        return (self.mailed or self.said)(thing)


def _list_closings(now: datetime) -> QuerySet[Any]:
    asked = PeriodEvent.objects.filter(kind=PeriodEventKind.ASKED, period__status=PeriodStatus.CLOSING)
    return asked.filter(period__closing_at=F("created_at")).select_related("period", "person").order_by("pk")


def _list_corrections(now: datetime) -> QuerySet[Any]:
    return list_pending_corrections().select_related("lot", "account").prefetch_related("approvals")


def _list_rates(now: datetime) -> QuerySet[Any]:
    return BreakageRate.objects.filter(status=RateStatus.PENDING).select_related("asked_by").order_by("pk")


def _list_about(now: datetime) -> QuerySet[Any]:
    return list_undecided_about().prefetch_related("approvals", "customer__accounts")


def _list_changes(now: datetime) -> QuerySet[Any]:
    waiting = AccessChange.objects.filter(state=ChangeState.WAITING, expires_at__gt=now)
    return waiting.select_related("asked_by").order_by("pk")


def number_of_batch(batch: Any) -> str:
    """What a mail calls a batch, whose name is words of somebody's."""
    return gettext("Card batch %(number)s") % {"number": batch.pk}


WAITING: Final[Mapping[NoticeKind, Waiting]] = {
    NoticeKind.CHANGE: Waiting(
        field="change",
        list_things=_list_changes,
        deciding=ACCESS,
        asked_at="created_at",
        asker=asker_of,
        title=lambda count: ngettext(
            "%(count)s change of access waits for your approval",
            "%(count)s changes of access wait for your approval",
            count,
        ),
        query="?state__exact=WAITING",
        mailed=lambda change: change.get_kind_display(),
    ),
    NoticeKind.CLOSING: Waiting(
        field="closing",
        list_things=_list_closings,
        deciding=CLOSINGS,
        asked_at="created_at",
        asker=lambda event: event.person.get_username(),
        title=lambda count: ngettext(
            "%(count)s month waits for your approval", "%(count)s months wait for your approval", count
        ),
        said=lambda event: str(event.period),
        page_id=lambda event: event.period_id,
    ),
    NoticeKind.CORRECT: Waiting(
        field="correction",
        list_things=_list_corrections,
        deciding=CORRECTIONS,
        asked_at="asked_at",
        asker=lambda correction: correction.asked_label,
        title=lambda count: ngettext(
            "%(count)s correction waits for your approval", "%(count)s corrections wait for your approval", count
        ),
        said=lambda correction: f"{correction}: {correction.account.number}",
        mailed=str,
        worth=lambda correction: money_text(find_amount_at_stake(correction=correction), correction.currency),
    ),
    NoticeKind.RATE: Waiting(
        field="rate",
        list_things=_list_rates,
        deciding=RATES,
        asked_at="asked_at",
        asker=lambda rate: rate.asked_by.get_username(),
        title=lambda count: ngettext(
            "%(count)s breakage rate waits for your approval",
            "%(count)s breakage rates wait for your approval",
            count,
        ),
    ),
    NoticeKind.CUSTOMER: Waiting(
        field="customer_request",
        list_things=_list_about,
        deciding=ABOUT_CUSTOMERS,
        asked_at="created_at",
        asker=lambda request: request.requested_label,
        title=lambda count: ngettext(
            "%(count)s request about a customer waits for your approval",
            "%(count)s requests about customers wait for your approval",
            count,
        ),
        said=lambda request: f"{request}: {request.customer.display_name}",
        mailed=str,
        worth=lambda request: (
            "" if request.amount_minor is None else money_text(request.amount_minor, request.currency)
        ),
        query="?status__exact=PENDING",
    ),
    NoticeKind.BATCH: Waiting(
        field="batch",
        list_things=lambda now: list_waiting_batches(),
        deciding=CARD_BATCHES,
        asked_at="created_at",
        asker=lambda batch: batch.created_by,
        title=lambda count: ngettext(
            "%(count)s batch of gift cards waits for your approval",
            "%(count)s batches of gift cards wait for your approval",
            count,
        ),
        mailed=number_of_batch,
        worth=lambda batch: amount_text(batch.amount * batch.size),
        query="?waits__exact=1",
    ),
    NoticeKind.FILE: Waiting(
        field="file",
        list_things=lambda now: list_waiting_files(),
        deciding=FILES,
        asked_at="changed_at",
        asker=lambda run: run.started_by.get_username(),
        title=lambda count: ngettext(
            "%(count)s uploaded file waits for your confirmation",
            "%(count)s uploaded files wait for your confirmation",
            count,
        ),
        mailed=lambda run: run.get_kind_display(),
        worth=lambda run: " · ".join(
            money_text(minor, code) for code, minor in sorted(run.facts.get("sums_minor", {}).items())
        ),
        query="?state__exact=CHECKED",
    ),
}


def list_theirs(kinds: Iterable[NoticeKind], decider: Decider, now: datetime, most: int) -> dict[NoticeKind, list[Any]]:
    """What waits of each kind for one person, the oldest first; of so many that are theirs nobody looks further."""
    others = {kind: _list_of_others(WAITING[kind], decider, now) for kind in kinds}
    return {kind: _list_theirs(WAITING[kind], others[kind], decider, most) for kind in _keep_any(others, decider)}


def _list_of_others(waiting: Waiting, decider: Decider, now: datetime) -> QuerySet[Any]:
    return waiting.list_things(now).exclude(**{waiting.deciding.asked_by: decider.person.pk})


def _keep_any(others: Mapping[NoticeKind, QuerySet[Any]], decider: Decider) -> list[NoticeKind]:
    """The kinds of which there is anything, by one statement: every page asks, and mostly there is nothing."""
    them = get_user_model().objects.filter(pk=decider.person.pk)
    is_any = them.values_list(*map(Exists, others.values())).first() if others else ()
    return list(compress(others, is_any or ()))


def _list_theirs(waiting: Waiting, others: QuerySet[Any], decider: Decider, most: int) -> list[Any]:
    things = others.iterator(chunk_size=_READ_AT_ONCE)
    return list(islice((thing for thing in things if waiting.deciding.may(thing, decider)), most))


def say_who_decides(kind: NoticeKind, thing: Any) -> tuple[str, str]:
    """Who may decide a thing that waits, as a fact of its page."""
    names = [person.get_username() for person in WAITING[kind].deciding.list_deciders(thing)]
    return gettext("Can approve it"), ", ".join(names) or gettext("nobody")
