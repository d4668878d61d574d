"""
Of every kind of thing that waits for a second person: what waits, whose it is to decide, and what it is called.

Credit requests are not in here: thousands may wait, so that the database itself picks those that are somebody's to
approve (`credits.queries.approvers`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Any, Final

from django.db.models import F, QuerySet
from django.utils.translation import gettext, ngettext

from giftcards.queries import list_waiting_batches
from ledger.wording import amount_text
from storecredit.backoffice.changes.bearing import bears_on, list_roles
from storecredit.backoffice.changes.subjects import RIGHTS
from storecredit.backoffice.changes.words import asker_of
from storecredit.backoffice.imports.choosing import KINDS
from storecredit.backoffice.imports.confirming import list_waiting_files, needs_another
from storecredit.backoffice.kit import money_text
from storecredit.backoffice.models import BRING_VALUE, AccessChange, ChangeKind, ChangeState, NoticeKind
from storecredit.credits.queries import (
    DECIDE,
    DECIDE_ABOUT,
    Allowance,
    ApprovalPolicy,
    list_allowances,
    list_policies,
    list_stood_behind,
    list_undecided_about,
    needs_two,
    refuse_amount,
    worth_minor,
)
from storecredit.finance.operations import PeriodEventKind, PeriodStatus, RateStatus
from storecredit.finance.queries import (
    BreakageRate,
    PeriodEvent,
    find_amount_at_stake,
    has_asked,
    list_pending_corrections,
)

#: So many rows are read at a time: what belongs to them comes with them.
_READ_AT_ONCE: Final = 500


@dataclass
class Decider:
    """
    A person who might decide, at one moment.

    What their limits allow, what policies say and what the person has to do with is asked once, however much waits.
    """

    person: Any
    now: datetime
    _allowances: dict[str, list[Allowance]] = field(default_factory=dict)
    _policies: dict[str, list[ApprovalPolicy]] = field(default_factory=dict)

    @cached_property
    def roles(self) -> frozenset[int]:
        """The keys of the roles that they have."""
        return list_roles(self.person)

    @cached_property
    def clients(self) -> frozenset[int]:
        """The API clients that they stand or stood behind."""
        return list_stood_behind(person_id=self.person.pk)

    def policies(self, currency: str) -> list[ApprovalPolicy]:
        """Those of a currency."""
        if currency not in self._policies:
            self._policies[currency] = list_policies(currency=currency)
        return self._policies[currency]

    def is_within(self, currency: str, minor: int) -> bool:
        """Whether their limits let them approve this amount now."""
        if currency not in self._allowances:
            found = list_allowances(person_id=self.person.pk, now=self.now, currency=currency)
            self._allowances[currency] = found
        return not refuse_amount(amount_minor=minor, currency=currency, allowances=self._allowances[currency])

    def has_approved(self, about: Any) -> bool:
        """Whether one of the approvals that it has already is theirs."""
        return any(each.person_id == self.person.pk for each in about.approvals.all())


@dataclass(frozen=True, slots=True)
class Waiting:
    """
    One kind of thing that waits.

    :param field: what a notice calls it.
    :param list_things: all that wait, oldest first.
    :param rights: those with which people decide such things.
    :param right: the one that deciding this very thing needs, if there are several.
    :param asked_by: the column of the person who asked for it, who never decides it.
    :param is_open_to: whether anybody else who has that right may decide this very thing.
    :param asked_at: the column that says since when it waits.
    :param asker: who asked for it.
    :param title: so many of them wait, in words.
    :param page: the name of its page; `query`, what the list of all such things is asked for.
    :param said: what the list calls one; `mailed`, what a mail does, where that is less: see `notices.composing`.
    :param worth: how much money it is about; blank where that is no question.
    """

    field: str
    list_things: Callable[[datetime], QuerySet[Any]]
    rights: frozenset[str]
    asked_by: str
    is_open_to: Callable[[Any, Decider], bool]
    asked_at: str
    asker: Callable[[Any], str]
    title: Callable[[int], str]
    page: str
    query: str = ""
    right: Callable[[Any], str] | None = None
    worth: Callable[[Any], str] = lambda thing: ""
    said: Callable[[Any], str] = str
    mailed: Callable[[Any], str] | None = None
    page_id: Callable[[Any], Any] = lambda thing: thing.pk

    def right_for(self, thing: Any) -> str:
        """The right that deciding this very thing needs."""
        return self.right(thing) if self.right is not None else min(self.rights)

    def mail_word_for(self, thing: Any) -> str:
        """What a mail calls this very thing."""
        return (self.mailed or self.said)(thing)

    def is_theirs(self, thing: Any, decider: Decider) -> bool:
        """Whether a person who has the right may decide this very thing."""
        return getattr(thing, self.asked_by) != decider.person.pk and self.is_open_to(thing, decider)

    def may(self, thing: Any, decider: Decider) -> bool:
        """Whether somebody may decide this very thing now."""
        return bool(decider.person.has_perm(self.right_for(thing))) and self.is_theirs(thing, decider)


def _list_closings(now: datetime) -> QuerySet[Any]:
    asked = PeriodEvent.objects.filter(kind=PeriodEventKind.ASKED, period__status=PeriodStatus.CLOSING)
    return asked.filter(period__closing_at=F("created_at")).select_related("period", "person").order_by("pk")


def _list_corrections(now: datetime) -> QuerySet[Any]:
    return list_pending_corrections().select_related("lot", "account").prefetch_related("approvals")


def _list_rates(now: datetime) -> QuerySet[Any]:
    return BreakageRate.objects.filter(status=RateStatus.PENDING).select_related("asked_by").order_by("pk")


def _list_about(now: datetime) -> QuerySet[Any]:
    return list_undecided_about().prefetch_related("approvals")


def _list_changes(now: datetime) -> QuerySet[Any]:
    waiting = AccessChange.objects.filter(state=ChangeState.WAITING, expires_at__gt=now)
    return waiting.select_related("asked_by").order_by("pk")


def _is_open(thing: Any, decider: Decider) -> bool:
    return True


def _is_correction_open(correction: Any, decider: Decider) -> bool:
    if has_asked(correction=correction, person_id=decider.person.pk, clients=decider.clients):
        return False
    return not decider.has_approved(correction) and decider.is_within(
        correction.currency, find_amount_at_stake(correction=correction)
    )


def _is_about_open(request: Any, decider: Decider) -> bool:
    if decider.has_approved(request):
        return False
    return request.amount_minor is None or decider.is_within(request.currency, request.amount_minor)


def _is_change_open(change: Any, decider: Decider) -> bool:
    states = change.before, change.after
    return not bears_on(decider.person, change.kind, change.subject_id, *states, roles=decider.roles)


def number_of_batch(batch: Any) -> str:
    """What a mail calls a batch, whose name is words of somebody's."""
    return gettext("Card batch %(number)s") % {"number": batch.pk}


def _is_batch_open(batch: Any, decider: Decider) -> bool:
    if needs_two(batch=batch, policies=decider.policies(batch.currency)):
        return False
    return decider.is_within(batch.currency, worth_minor(batch=batch))


WAITING: Final[Mapping[NoticeKind, Waiting]] = {
    NoticeKind.CHANGE: Waiting(
        field="change",
        list_things=_list_changes,
        rights=frozenset(RIGHTS.values()),
        right=lambda change: RIGHTS[ChangeKind(change.kind)],
        asked_by="asked_by_id",
        is_open_to=_is_change_open,
        asked_at="created_at",
        asker=asker_of,
        title=lambda count: ngettext(
            "%(count)s change of access waits for your approval",
            "%(count)s changes of access wait for your approval",
            count,
        ),
        page="backoffice_accesschange",
        query="?state__exact=WAITING",
        mailed=lambda change: change.get_kind_display(),
    ),
    NoticeKind.CLOSING: Waiting(
        field="closing",
        list_things=_list_closings,
        rights=frozenset({"finance.approve_period"}),
        asked_by="person_id",
        is_open_to=_is_open,
        asked_at="created_at",
        asker=lambda event: event.person.get_username(),
        title=lambda count: ngettext(
            "%(count)s month waits for your approval", "%(count)s months wait for your approval", count
        ),
        page="finance_period",
        said=lambda event: str(event.period),
        page_id=lambda event: event.period_id,
    ),
    NoticeKind.CORRECT: Waiting(
        field="correction",
        list_things=_list_corrections,
        rights=frozenset({"finance.approve_correction"}),
        asked_by="asked_by_id",
        is_open_to=_is_correction_open,
        asked_at="asked_at",
        asker=lambda correction: correction.asked_label,
        title=lambda count: ngettext(
            "%(count)s correction waits for your approval", "%(count)s corrections wait for your approval", count
        ),
        page="finance_correction",
        said=lambda correction: f"{correction}: {correction.account.number}",
        mailed=str,
        worth=lambda correction: money_text(find_amount_at_stake(correction=correction), correction.currency),
    ),
    NoticeKind.RATE: Waiting(
        field="rate",
        list_things=_list_rates,
        rights=frozenset({"finance.approve_breakagerate"}),
        asked_by="asked_by_id",
        is_open_to=_is_open,
        asked_at="asked_at",
        asker=lambda rate: rate.asked_by.get_username(),
        title=lambda count: ngettext(
            "%(count)s breakage rate waits for your approval",
            "%(count)s breakage rates wait for your approval",
            count,
        ),
        page="finance_breakagerate",
    ),
    NoticeKind.CUSTOMER: Waiting(
        field="customer_request",
        list_things=_list_about,
        rights=frozenset({DECIDE_ABOUT}),
        asked_by="requested_by_id",
        is_open_to=_is_about_open,
        asked_at="created_at",
        asker=lambda request: request.requested_label,
        title=lambda count: ngettext(
            "%(count)s request about a customer waits for your approval",
            "%(count)s requests about customers wait for your approval",
            count,
        ),
        page="credits_customerrequest",
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
        rights=frozenset({DECIDE}),
        asked_by="planned_by_id",
        is_open_to=_is_batch_open,
        asked_at="created_at",
        asker=lambda batch: batch.created_by,
        title=lambda count: ngettext(
            "%(count)s batch of gift cards waits for your approval",
            "%(count)s batches of gift cards wait for your approval",
            count,
        ),
        page="giftcards_cardbatch",
        mailed=number_of_batch,
        worth=lambda batch: amount_text(batch.amount * batch.size),
        query="?waits__exact=1",
    ),
    NoticeKind.FILE: Waiting(
        field="file",
        list_things=lambda now: list_waiting_files(),
        rights=frozenset(KINDS[kind].permission for kind in BRING_VALUE),
        right=lambda run: KINDS[run.kind].permission,
        asked_by="started_by_id",
        is_open_to=lambda run, decider: needs_another(run),
        asked_at="changed_at",
        asker=lambda run: run.started_by.get_username(),
        title=lambda count: ngettext(
            "%(count)s uploaded file waits for your confirmation",
            "%(count)s uploaded files wait for your confirmation",
            count,
        ),
        page="backoffice_importrun",
        mailed=lambda run: run.get_kind_display(),
        worth=lambda run: " · ".join(
            money_text(minor, code) for code, minor in sorted(run.facts.get("sums_minor", {}).items())
        ),
        query="?state__exact=CHECKED",
    ),
}


def list_theirs(kind: NoticeKind, decider: Decider, most: int) -> list[Any]:
    """What waits of a kind for one person, the oldest first; of so many that are theirs nobody looks further."""
    waiting = WAITING[kind]
    others = waiting.list_things(decider.now).exclude(**{waiting.asked_by: decider.person.pk})
    things = others.iterator(chunk_size=_READ_AT_ONCE)
    return list(islice((thing for thing in things if waiting.may(thing, decider)), most))
