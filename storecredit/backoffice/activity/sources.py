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
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from giftcards.operations import EventKind
from giftcards.queries import CardEvent
from ledger.operations import AccountStatus, TransactionType
from ledger.queries import AccountEvent, Transaction, list_entry_doors, list_values
from ledger.querysets import constant
from storecredit.audit.queries import Activity, ActivityKind
from storecredit.backoffice.activity.asking import Asked, Keys, Named, accounts_of, is_key
from storecredit.backoffice.activity.lines import Deed, changes_text, deed_of, owner_in, url_of, who_text
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
        if asked.since:
            rows = rows.filter(created_at__gte=asked.since)
        if asked.until:
            rows = rows.filter(created_at__lt=asked.until)
        portions = [rows]
        if asked.who is not None:
            by_keys = self.by_keys(rows, asked.keys) if asked.keys is not None else []
            portions = [self.of_person(rows, asked.who), *by_keys]
        if asked.door:
            portions = [each for portion in portions for each in self.through(portion, asked.door)]
        if asked.subjects is None:
            return portions
        found = (self._of_subject(portion, subject) for portion in portions for subject in asked.subjects)
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

    def by_keys(self, rows: QuerySet[Any], keys: Keys) -> list[QuerySet[Any]]:
        """Those that programs made with a key of the person's, client by client."""
        of_clients = (rows.filter(actor_kind="API", actor_id=client) for client in keys.clients)
        return [portion.filter(details__owner=keys.login) for portion in of_clients]

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


def _through_any(rows: QuerySet[Any], door: str, doors: Sequence[str]) -> list[QuerySet[Any]]:
    """Those through a door, or through all of its kind, by the doors that there are: each stands in the index."""
    return [rows.filter(door=each) for each in doors if each == door or each.startswith(f"{door}:")]


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

    def by_keys(self, rows: QuerySet[Any], keys: Keys) -> list[QuerySet[Any]]:
        return [rows.filter(actor_owner=keys.login)]

    def through(self, rows: QuerySet[Any], door: str) -> list[QuerySet[Any]]:
        return _through_any(rows, door, list_values(Activity._meta.get_field("door")))

    def show(self, row: Activity) -> Deed:
        return Deed(
            at=row.created_at,
            who=who_text(row.actor_label, row.actor_owner),
            door=row.door,
            kind=row.get_kind_display(),
            subject=row.subject_label.strip() or row.subject_id,
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
        return _through_any(rows, door, list_entry_doors())

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
        return deed_of(
            row,
            kind=row.get_type_display(),
            subject=row.account.number,
            url=transaction_url(row.pk),
            text=f"{signed_text(row.amount_minor, row.currency)} {why}".strip(),
            owner=owner_in(row.details),
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
        return deed_of(
            row,
            kind=row.get_kind_display(),
            subject=str(row.card),
            url=card_url(row.card_id),
            text=shipped(row.note),
            owner=owner_in(row.details),
        )


class RequestEvents(Source):
    """What became of requests, and who decided."""

    name, title, rank = "request", gettext_lazy("Credit requests"), 3
    kinds = RequestEventKind.choices

    def is_seen_by(self, request: HttpRequest) -> bool:
        return may_see_requests(request)

    def rows(self) -> QuerySet[Any]:
        return CreditRequestEvent.objects.prefetch_related("request", "person")

    def by_keys(self, rows: QuerySet[Any], keys: Keys) -> list[QuerySet[Any]]:
        return [rows.filter(actor_kind="API", actor_id=client, person=keys.person) for client in keys.clients]

    def of_subject(self, rows: QuerySet[Any], subject: Named) -> QuerySet[Any] | None:
        if subject.kind == "ledger.customer":
            return rows.filter(request__payee_customer=subject.id)
        if subject.kind == "credits.creditrequestbatch":
            return rows.filter(request__batch=subject.id)
        return rows.filter(request=subject.id) if subject.kind == "credits.creditrequest" else None

    def show(self, row: CreditRequestEvent) -> Deed:
        return deed_of(
            row,
            kind=row.get_kind_display(),
            subject=str(row.request),
            url=request_url(row.request),
            text=shipped(row.note),
            owner=row.person.get_username() if row.actor_kind == "API" and row.person else "",
        )


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

    def by_keys(self, rows: QuerySet[Any], keys: Keys) -> list[QuerySet[Any]]:
        # They do not say whose key it was: of a client that had another owner, they stand with the client alone.
        return [rows.filter(actor_kind="API", actor_id=client) for client in keys.own]

    def of_subject(self, rows: QuerySet[Any], subject: Named) -> QuerySet[Any] | None:
        if subject.kind == "ledger.customer":
            return rows.filter(account_id__in=accounts_of(subject.id))
        return rows.filter(account_id=subject.id) if subject.kind == "ledger.account" else None

    def show(self, row: AccountEvent) -> Deed:
        change = f"{row.get_from_status_display()} → {row.get_to_status_display()}"
        return deed_of(
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
        seen = ("ledger.view_customer", "giftcards.view_giftcard")
        return all(_may(request, each) for each in seen) and may_see_requests(request)

    def rows(self) -> QuerySet[Any]:
        return Comment.objects.prefetch_related("author", "withdrawal", "customer", "card", "request")

    def of_person(self, rows: QuerySet[Any], who: Named) -> QuerySet[Any]:
        return rows.filter(author=who.id) if who.kind == "STAFF" and is_key(who.id) else rows.none()

    def by_keys(self, rows: QuerySet[Any], keys: Keys) -> list[QuerySet[Any]]:
        return []

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


def _may(request: HttpRequest, permission: str) -> bool:
    user: Any = request.user
    return bool(user.has_perm(permission))
