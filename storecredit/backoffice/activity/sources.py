"""
Where it is written what was done: activities, entries of the books, histories of cards, requests and accounts, and
comments.

Each is asked by itself, in the order of an index of its own, for no more rows than a page has; its rows are shown as
activities, whatever they are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from giftcards.operations import EventKind
from giftcards.queries import CardEvent
from ledger.operations import AccountStatus, TransactionType
from ledger.queries import AccountEvent, Transaction, list_entry_doors
from ledger.querysets import constant
from storecredit.audit.queries import Activity, ActivityKind
from storecredit.backoffice.activity.asking import Asked, Named, accounts_of
from storecredit.backoffice.activity.words import name_text, value_text
from storecredit.backoffice.approvals.waiting import may_see_requests
from storecredit.backoffice.approvals.words import request_url
from storecredit.backoffice.cards.words import card_url
from storecredit.backoffice.kit import Words, signed_text
from storecredit.backoffice.kit.rows import account_url, transaction_url
from storecredit.backoffice.kit.shipped import shipped
from storecredit.backoffice.models import Comment
from storecredit.credits.queries import CreditRequestEvent, RequestEventKind

#: Those of a card's events that no entry of the books tells.
_CARD_KINDS: Final = [kind for kind in EventKind if kind.value not in TransactionType.values]


@dataclass(frozen=True)
class Deed:
    """
    One line of the list, from wherever it comes.

    :param url: where what it was done to is looked at; blank if nowhere.
    """

    at: datetime
    who: str
    door: str
    kind: str
    subject: str = ""
    url: str = ""
    text: str = ""
    address: str = ""
    #: The list of the admin asks each of its rows for these.
    pk: str = ""
    _meta: ClassVar[Any] = Activity._meta


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended or began: the moment, the source and the row's key in it."""

    at: datetime
    rank: int
    key: int


class Source:
    """One kind of row. Subclasses say which rows answer what is asked, and what is shown of each."""

    name: ClassVar[str]
    title: ClassVar[Words]
    rank: ClassVar[int]
    key: ClassVar[str] = "pk"
    kinds: ClassVar[Sequence[tuple[str, Words]]] = ()

    def is_seen_by(self, request: HttpRequest) -> bool:
        """Whether somebody may see such rows at all."""
        raise NotImplementedError

    def rows(self) -> QuerySet[Any]:
        """All of them. What is shown of each is fetched after them: a join might cost them their index."""
        raise NotImplementedError

    def of_subject(self, rows: QuerySet[Any], subject: Named) -> QuerySet[Any] | None:
        """Those of one object; None if there are none of its kind."""
        raise NotImplementedError

    def show(self, row: Any) -> Deed:
        """A row as a line of the list."""
        raise NotImplementedError

    # What is alike

    def find(self, asked: Asked) -> list[QuerySet[Any]]:
        """The rows that answer what is asked, in portions of which each has an index."""
        if asked.kind is not None and asked.kind[0] != self.name:
            return []
        rows = self.rows()
        if asked.kind is not None and asked.kind[1]:
            rows = rows.filter(self.is_kind(asked.kind[1]))
        if asked.who is not None:
            rows = self.of_person(rows, asked.who)
        if asked.since:
            rows = rows.filter(created_at__gte=asked.since)
        if asked.until:
            rows = rows.filter(created_at__lt=asked.until)
        portions = self.through(rows, asked.door) if asked.door else [rows]
        if asked.subjects is None:
            return portions
        found = (self._of_subject(rows, subject) for rows in portions for subject in asked.subjects)
        return [portion for portion in found if portion is not None]

    def _of_subject(self, rows: QuerySet[Any], subject: Named) -> QuerySet[Any] | None:
        try:
            return self.of_subject(rows, subject)
        except (ValueError, ValidationError):
            return None  # no id of its kind

    def is_kind(self, kind: str) -> Q:
        return Q(kind=kind)

    def of_person(self, rows: QuerySet[Any], who: Named) -> QuerySet[Any]:
        return rows.filter(actor_kind=who.kind, actor_id=who.id)

    def through(self, rows: QuerySet[Any], door: str) -> list[QuerySet[Any]]:
        """Those that came through a door, or through all of a kind of doors, in portions of which each has an index."""
        is_one = door == "admin" or ":" in door
        return [rows.filter(door=door) if is_one else rows.filter(door__startswith=f"{door}:")]

    def read(self, rows: QuerySet[Any], at: Place | None, size: int, *, backwards: bool) -> Iterator[Any]:
        """So many rows beyond a place, newest first; oldest first backwards."""
        if at is not None:
            rows = rows.filter(self._beyond(at, backwards=backwards))
        ordering = ["created_at", self.key] if backwards else ["-created_at", f"-{self.key}"]
        yield from rows.order_by(*ordering)[:size]

    def place_of(self, row: Any) -> Place:
        return Place(row.created_at, self.rank, getattr(row, self.key))

    def _beyond(self, at: Place, *, backwards: bool) -> Q:
        way = "gt" if backwards else "lt"
        further, alike = Q((f"created_at__{way}", at.at)), Q(created_at=at.at)
        if self.rank == at.rank:
            # The first condition is what the index begins at.
            return Q((f"created_at__{way}e", at.at)) & (further | alike & Q((f"{self.key}__{way}", at.key)))
        is_beyond = self.rank < at.rank if backwards else self.rank > at.rank
        return Q((f"created_at__{way}e", at.at)) if is_beyond else further


class Activities(Source):
    """What is written down for this list alone."""

    name, title, rank = "activity", gettext_lazy("Access, exports, settings"), 0
    kinds = ActivityKind.choices

    def is_seen_by(self, request: HttpRequest) -> bool:
        return True

    def rows(self) -> QuerySet[Any]:
        return Activity.objects.all()

    def of_subject(self, rows: QuerySet[Any], subject: Named) -> QuerySet[Any] | None:
        its = Q(subject_kind=subject.kind, subject_id=subject.id)
        if subject.kind == "ledger.customer":
            its |= Q(subject_kind="ledger.account", subject_id__in=[str(pk) for pk in accounts_of(subject.id)])
        return rows.filter(its)

    def show(self, row: Activity) -> Deed:
        return Deed(
            at=row.created_at,
            who=row.actor_label,
            door=row.door,
            kind=row.get_kind_display(),
            subject=row.subject_label or row.subject_id,
            url=url_of(row.subject_kind, row.subject_id),
            text=changes_text(row),
            address=row.address,
        )


class Entries(Source):
    """What moved money."""

    name, title, rank, key = "entry", gettext_lazy("Money"), 1, "number"
    kinds = TransactionType.choices

    def is_seen_by(self, request: HttpRequest) -> bool:
        return _may(request, "ledger.view_transaction")

    def rows(self) -> QuerySet[Any]:
        return Transaction.objects.prefetch_related("account", "reason")

    def is_kind(self, kind: str) -> Q:
        return Q(type=constant(TransactionType(kind).value))

    def through(self, rows: QuerySet[Any], door: str) -> list[QuerySet[Any]]:
        doors = [each for each in list_entry_doors() if each == door or each.startswith(f"{door}:")]
        return [rows.filter(door=each) for each in doors]

    def of_subject(self, rows: QuerySet[Any], subject: Named) -> QuerySet[Any] | None:
        if subject.kind == "ledger.customer":
            return rows.filter(account_id__in=accounts_of(subject.id))
        if subject.kind == "ledger.account":
            return rows.filter(account_id=subject.id)
        if subject.kind == "giftcards.giftcard":
            return rows.filter(account__card=subject.id)
        if subject.kind == "giftcards.cardbatch":
            return rows.filter(account__card__batch=subject.id)
        return rows.filter(Q(pk=subject.id) | Q(reverses=subject.id)) if subject.kind == "ledger.transaction" else None

    def show(self, row: Transaction) -> Deed:
        why = " – ".join(
            filter(None, [shipped(row.reason.label) if row.reason else "", shipped(row.note), row.reference])
        )
        return _deed(
            row,
            kind=row.get_type_display(),
            subject=row.account.number,
            url=transaction_url(row.pk),
            text=f"{signed_text(row.amount_minor, row.currency)} {why}".strip(),
        )


class CardEvents(Source):
    """What happened to cards and moved no money."""

    name, title, rank = "card", gettext_lazy("Gift cards"), 2
    kinds = tuple((kind.value, kind.label) for kind in _CARD_KINDS)

    def is_seen_by(self, request: HttpRequest) -> bool:
        return _may(request, "giftcards.view_giftcard")

    def rows(self) -> QuerySet[Any]:
        return CardEvent.objects.filter(transaction__isnull=True).prefetch_related("card")

    def of_subject(self, rows: QuerySet[Any], subject: Named) -> QuerySet[Any] | None:
        if subject.kind == "ledger.customer":
            return rows.filter(card__customer=subject.id)
        if subject.kind == "giftcards.cardbatch":
            return rows.filter(card__batch=subject.id)
        return rows.filter(card=subject.id) if subject.kind == "giftcards.giftcard" else None

    def show(self, row: CardEvent) -> Deed:
        return _deed(
            row, kind=row.get_kind_display(), subject=str(row.card), url=card_url(row.card_id), text=shipped(row.note)
        )


class RequestEvents(Source):
    """What became of requests, and who decided."""

    name, title, rank = "request", gettext_lazy("Credit requests"), 3
    kinds = RequestEventKind.choices

    def is_seen_by(self, request: HttpRequest) -> bool:
        return may_see_requests(request)

    def rows(self) -> QuerySet[Any]:
        return CreditRequestEvent.objects.prefetch_related("request")

    def of_subject(self, rows: QuerySet[Any], subject: Named) -> QuerySet[Any] | None:
        if subject.kind == "ledger.customer":
            return rows.filter(request__payee_customer=subject.id)
        if subject.kind == "credits.creditrequestbatch":
            return rows.filter(request__batch=subject.id)
        return rows.filter(request=subject.id) if subject.kind == "credits.creditrequest" else None

    def show(self, row: CreditRequestEvent) -> Deed:
        kind, asked = row.get_kind_display(), row.request
        return _deed(row, kind=kind, subject=str(asked), url=request_url(asked), text=shipped(row.note))


class AccountEvents(Source):
    """Accounts that were frozen, closed and opened again."""

    name, title, rank = "account", gettext_lazy("Accounts"), 4
    kinds = AccountStatus.choices

    def is_seen_by(self, request: HttpRequest) -> bool:
        return _may(request, "ledger.view_account")

    def is_kind(self, kind: str) -> Q:
        return Q(to_status=kind)

    def rows(self) -> QuerySet[Any]:
        return AccountEvent.objects.prefetch_related("account")

    def of_subject(self, rows: QuerySet[Any], subject: Named) -> QuerySet[Any] | None:
        if subject.kind == "ledger.customer":
            return rows.filter(account_id__in=accounts_of(subject.id))
        return rows.filter(account_id=subject.id) if subject.kind == "ledger.account" else None

    def show(self, row: AccountEvent) -> Deed:
        change = f"{row.get_from_status_display()} → {row.get_to_status_display()}"
        return _deed(
            row,
            kind=_("Account changed"),
            subject=row.account.number,
            url=account_url(row.account_id),
            text=f"{change} {row.why}".strip(),
        )


class Comments(Source):
    """What staff said of customers, cards and requests."""

    name, title, rank = "comment", gettext_lazy("Comments"), 5

    def is_seen_by(self, request: HttpRequest) -> bool:
        return _may(request, "ledger.view_customer") and may_see_requests(request)

    def rows(self) -> QuerySet[Any]:
        return Comment.objects.prefetch_related("author", "withdrawal", "customer", "card", "request")

    def of_person(self, rows: QuerySet[Any], who: Named) -> QuerySet[Any]:
        return rows.filter(author=who.id) if who.kind == "STAFF" and who.id.isdecimal() else rows.none()

    def through(self, rows: QuerySet[Any], door: str) -> list[QuerySet[Any]]:
        return [rows] if door == "admin" else []

    def of_subject(self, rows: QuerySet[Any], subject: Named) -> QuerySet[Any] | None:
        about = {
            "ledger.customer": "customer",
            "giftcards.giftcard": "card",
            "credits.creditrequest": "request",
        }.get(subject.kind)
        return rows.filter(**{about: subject.id}) if about else None

    def show(self, row: Comment) -> Deed:
        about: Any = row.customer or row.card or row.request
        is_gone = hasattr(row, "withdrawal")
        return Deed(
            at=row.created_at,
            who=row.author.get_username(),
            door="admin",
            kind=_("Comment, withdrawn") if is_gone else _("Comment"),
            subject=str(about),
            url=url_of(about._meta.label_lower, str(about.pk)),
            text="" if is_gone else row.text,
        )


SOURCES: Final[tuple[Source, ...]] = (
    Activities(),
    Entries(),
    CardEvents(),
    RequestEvents(),
    AccountEvents(),
    Comments(),
)


def list_kinds() -> list[tuple[str, list[tuple[str, str]] | str]]:
    """All that can be asked for, source by source, for a form."""
    groups: list[tuple[str, list[tuple[str, str]] | str]] = []
    for source in SOURCES:
        each = [(f"{source.name}:{kind}", str(words)) for kind, words in source.kinds]
        groups.append((str(source.title), [(f"{source.name}:", _("All of these")), *each]))
    return groups


def url_of(kind: str, of_id: str) -> str:
    """The page of an object; blank if it has none."""
    app, _dot, model = kind.partition(".")
    try:
        return reverse(f"admin:{app}_{model}_change", args=[of_id]) if of_id else ""
    except NoReverseMatch:
        return ""


def changes_text(row: Activity) -> str:
    """What an activity changed, and what else it tells, in one line."""
    names = [*row.before, *(name for name in row.after if name not in row.before)]
    told = [
        f"{name_text(name)}: {value_text(name, row.before.get(name))} → {value_text(name, row.after.get(name))}"
        for name in names
        if row.before.get(name) != row.after.get(name)
    ]
    told += [
        shipped(str(value)) if name == "text" else f"{name_text(name)}: {value_text(name, value)}"
        for name, value in row.details.items()
    ]
    return " · ".join(told)


def _deed(row: Any, *, kind: str, subject: str, url: str, text: str) -> Deed:
    """A line of a row that keeps its actor."""
    return Deed(at=row.created_at, who=row.actor_label, door=row.door, kind=kind, subject=subject, url=url, text=text)


def _may(request: HttpRequest, permission: str) -> bool:
    user: Any = request.user
    return bool(user.has_perm(permission))
