"""A change of access is asked for by one administrator and decided by another, on the state that it was asked on."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from ledger.errors import DomainError
from ledger.operations import Actor
from storecredit.audit.operations import ActivityKind, Subject, record_activity
from storecredit.backoffice.changes.addresses import tell_address_moved
from storecredit.backoffice.changes.bearing import bears_on
from storecredit.backoffice.changes.factors import refuse_unreachable, tell_asked, tell_taken
from storecredit.backoffice.changes.raising import is_so
from storecredit.backoffice.changes.subjects import MODELS, RIGHTS, State, make_so
from storecredit.backoffice.kit import kept_in_records
from storecredit.backoffice.models import AccessChange, ChangeKind, ChangeState, Notice, NoticeKind, NoticeState
from storecredit.credits.queries import Decider, Deciding

#: Whatever nobody has decided by then is not done any more.
WAITS_FOR: Final = timedelta(days=14)


class AccessIsOnesOwn(DomainError):
    """Somebody changes what bears on themselves."""

    code = "access_is_ones_own"

    def __init__(self) -> None:
        super().__init__(gettext("This bears on yourself: somebody else has to change it."))


class AccessChangeWaits(DomainError):
    """Another change of the same is waiting."""

    code = "access_change_waits"

    def __init__(self, *, label: str) -> None:
        super().__init__(
            gettext("A change of %(label)s waits already: it is decided or withdrawn first.") % {"label": label}
        )


class AccessChangeRefused(DomainError):
    """A change cannot be decided so, or not by this person, or not any more."""

    code = "access_change_refused"


def _is_open(change: AccessChange, decider: Decider) -> bool:
    states = change.before, change.after
    return not bears_on(decider.person, change.kind, change.subject_id, *states, roles=decider.roles)


#: Who decides a change of access.
ACCESS: Final = Deciding(
    rights=frozenset(RIGHTS.values()),
    right=lambda change: RIGHTS[ChangeKind(change.kind)],
    page="backoffice_accesschange",
    asked_by="asked_by_id",
    is_open_to=_is_open,
)


@transaction.atomic
def ask_change(
    *,
    kind: ChangeKind,
    subject_id: str,
    label: str,
    before: State,
    after: State,
    person: Any,
    actor: Actor,
    now: datetime,
) -> AccessChange:
    """
    Ask for a change that another administrator decides; those who may are told by mail.

    :param subject_id: blank for a row that is to be made.
    :param before: what is so now; None: there is no such row.
    :raises AccessIsOnesOwn: if it bears on the person who asks.
    :raises AccessChangeWaits: if another change of the same waits.
    """
    if bears_on(person, kind, subject_id, before, after):
        raise AccessIsOnesOwn
    try:
        with transaction.atomic():
            change = AccessChange.objects.create(
                kind=kind,
                subject_id=subject_id,
                subject_label=label[:200],
                before=before,
                after=after,
                asked_by=person,
                created_at=now,
                expires_at=now + WAITS_FOR,
            )
    except IntegrityError as error:
        raise AccessChangeWaits(label=label) from error
    _tell(change, NoticeKind.CHANGE, [each.pk for each in list_deciders(change=change)], now)
    _record(change, actor, ActivityKind.ACCESS_ASKED, now)
    tell_asked(change)
    return change


def waits_for(kind: ChangeKind, subject_id: int, now: datetime) -> bool:
    """Whether a change of something waits, and can still be approved."""
    waiting = AccessChange.objects.filter(kind=kind, subject_id=str(subject_id), state=ChangeState.WAITING)
    return waiting.filter(expires_at__gt=now).exists()


def list_deciders(*, change: AccessChange) -> list[Any]:
    """Who may approve a change: whoever has the right to such changes, but not who asked, nor on whom it bears."""
    return ACCESS.list_deciders(change)


def refuse_deciding(*, change: AccessChange, person: Any, now: datetime) -> str:
    """What stands against a person's approval of a change, as a sentence; empty if nothing does."""
    if words := refuse_ending(change=change, now=now):
        return words
    if change.asked_by_id == person.pk:
        return gettext("you asked for it: somebody else has to decide.")
    if not person.has_perm(RIGHTS[ChangeKind(change.kind)]):
        return gettext("it is not yours to decide.")
    if bears_on(person, change.kind, change.subject_id, change.before, change.after):
        return gettext("it bears on yourself: somebody else has to decide.")
    return refuse_unreachable(change)


def refuse_ending(*, change: AccessChange, now: datetime) -> str:
    """Why a change cannot be ended any more, as a sentence; empty if it can."""
    if change.state != ChangeState.WAITING:
        return gettext("it is %(state)s.") % {"state": change.get_state_display().lower()}
    return gettext("nobody decided it in time: ask for it again.") if change.expires_at <= now else ""


@transaction.atomic
def approve_change(*, change_id: int, person: Any, actor: Actor, now: datetime, note: str = "") -> AccessChange:
    """
    Do what was asked for.

    :param person: who approves; None: somebody on the command line, who has the database anyway.
    :raises AccessChangeRefused: if it is not theirs to approve, or things are not as they were when it was asked.
    """
    change = _lock(change_id)
    refused = (
        refuse_ending(change=change, now=now) or refuse_unreachable(change)
        if person is None
        else refuse_deciding(change=change, person=person, now=now)
    )
    if refused:
        raise AccessChangeRefused(gettext("Not approved: %(why)s") % {"why": refused})
    if not is_so(change.kind, change.subject_id, change.before):
        raise AccessChangeRefused(
            gettext("Not approved: things are not any more as they were when it was asked. Refuse it, and ask again.")
        )
    try:
        with transaction.atomic():
            _begin(change, person, actor, now, note)
            make_so(change.kind, change.subject_id, change.after)
            tell_address_moved(change)
            tell_taken(change, actor=actor, now=now)
    except (ValidationError, IntegrityError) as error:
        words = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        raise AccessChangeRefused(gettext("Not approved: %(why)s") % {"why": words}) from error
    return _end(change, ChangeState.APPLIED, person, actor, now, note)


@contextmanager
def acting_alone(
    *, kind: ChangeKind, subject_id: str, label: str, before: State, after: State, actor: Actor, now: datetime
) -> Iterator[None]:
    """
    Do on the command line what raises something, in the block: nobody is asked there, and everybody who could have
    decided it is told by mail that it was done so. Another change of the same that waits is over with that, as whoever
    asked for it is told.

    :param actor: the command, whose door says that it is one.
    """
    with transaction.atomic():
        change = AccessChange(
            kind=kind,
            subject_id=subject_id,
            subject_label=label[:200],
            before=before,
            after=after,
            created_at=now,
            expires_at=now + WAITS_FOR,
        )
        _put_in_place(change, actor, now)
        _begin(change, None, actor, now, "")
        yield
        _end(change, ChangeState.APPLIED, None, actor, now, "")
        _tell(change, NoticeKind.CHANGED, [each.pk for each in list_deciders(change=change)], now)


@transaction.atomic
def refuse_change(*, change_id: int, person: Any, actor: Actor, now: datetime, note: str = "") -> AccessChange:
    """
    Leave everything as it is; whoever asked takes it back by this.

    :param person: as `approve_change`.
    :raises AccessChangeRefused: if it is decided already.
    """
    change = _lock(change_id)
    if words := refuse_ending(change=change, now=now):
        raise AccessChangeRefused(gettext("Not refused: %(why)s") % {"why": words})
    is_own = person is not None and person.pk == change.asked_by_id
    return _end(change, ChangeState.WITHDRAWN if is_own else ChangeState.REFUSED, person, actor, now, note)


@transaction.atomic
def expire_changes(*, actor: Actor, now: datetime) -> int:
    """End the changes that nobody has decided in time; how many."""
    late = AccessChange.objects.select_for_update().filter(state=ChangeState.WAITING, expires_at__lte=now)
    return len([_end(change, ChangeState.EXPIRED, None, actor, now, "") for change in late.order_by("pk")])


def _put_in_place(change: AccessChange, actor: Actor, now: datetime) -> None:
    """Let it wait in the place of whatever waits of the same, also of what a page has asked for this very moment."""
    while True:
        _take_the_place(ChangeKind(change.kind), change.subject_id, actor, now)
        try:
            with transaction.atomic():
                change.save(force_insert=True)
        except IntegrityError:
            waiting = AccessChange.objects.filter(
                kind=change.kind, subject_id=change.subject_id, state=ChangeState.WAITING
            )
            if not change.subject_id or not waiting.exists():
                raise
        else:
            return


def _take_the_place(kind: ChangeKind, subject_id: str, actor: Actor, now: datetime) -> None:
    """End what waits of the same: it was asked on a state that is not any more."""
    if not subject_id:
        # Each new row is another one.
        return
    waiting = AccessChange.objects.select_for_update(of=("self",)).filter(
        kind=kind, subject_id=subject_id, state=ChangeState.WAITING
    )
    with kept_in_records():
        note = gettext("Another change was made on the command line in its place.")
    for change in waiting.order_by("pk"):
        _end(change, ChangeState.REFUSED, None, actor, now, note)


def _lock(change_id: int) -> AccessChange:
    return AccessChange.objects.select_for_update(of=("self",)).get(pk=change_id)


def _begin(change: AccessChange, person: Any, actor: Actor, now: datetime, note: str) -> None:
    """Say that it is being done: the database asks for that before it lets anybody do more."""
    _decide(change, ChangeState.DOING, person, actor, now, note)


def _decide(change: AccessChange, state: ChangeState, person: Any, actor: Actor, now: datetime, note: str) -> None:
    change.state, change.note = state, note
    change.decided_by, change.decided_door, change.decided_at = person, actor.door, now
    change.save(update_fields=["state", "note", "decided_by", "decided_door", "decided_at"])


def _end(change: AccessChange, state: ChangeState, person: Any, actor: Actor, now: datetime, note: str) -> AccessChange:
    _decide(change, state, person, actor, now, note)
    waiting = Notice.objects.filter(change=change, state=NoticeState.WAITING)
    waiting.update(state=NoticeState.DROPPED, settled_at=now)
    if change.asked_by_id is not None and (person is None or person.pk != change.asked_by_id):
        _tell(change, NoticeKind.CHANGED, [change.asked_by_id], now)
    _record(change, actor, ActivityKind.ACCESS_DECIDED, now)
    return change


def _tell(change: AccessChange, kind: NoticeKind, people: Iterable[int], now: datetime) -> None:
    Notice.objects.bulk_create(Notice(kind=kind, change=change, person_id=each, created_at=now) for each in people)


def _record(change: AccessChange, actor: Actor, kind: ActivityKind, now: datetime) -> None:
    subject = Subject(
        kind=MODELS[ChangeKind(change.kind)]._meta.label_lower, id=change.subject_id, label=change.subject_label
    )
    record_activity(
        actor=actor,
        kind=kind,
        subject=subject,
        before=_named(change.before),
        after=_named(change.after),
        details={"change": change.pk, "state": change.state, "asked_by": change.asked_by_id},
        now=now,
    )


def _named(state: State) -> dict[str, Any]:
    """A state for the audit, where the word for a policy's name is that of a secret."""
    return {"policy" if name == "code" else name: value for name, value in (state or {}).items()}
