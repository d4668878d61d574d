"""One list of all that waits for whoever is signed in, its number on every page, and the same on the overview."""

from typing import Any

from django.contrib.admin import site
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from storecredit.backoffice.approvals.steps import person_of
from storecredit.backoffice.approvals.waiting import MOST_COUNTED, Hint, count_decidable
from storecredit.backoffice.approvals.words import amount_of, payee_of, request_url
from storecredit.backoffice.kit import Head, Link, Shown, Table, moment, moments, numbers
from storecredit.backoffice.models import NoticeKind
from storecredit.backoffice.waiting.kinds import WAITING, Waiting, list_theirs
from storecredit.credits.queries import DECIDE, Decider, list_decidable

_SHOWN = 25
_KEPT = "_waits_for_them"


def find_theirs(request: HttpRequest) -> dict[NoticeKind, list[Any]]:
    """What waits for whoever is signed in, by kind, besides credit requests. Of a request it is asked once."""
    found: dict[NoticeKind, list[Any]] | None = getattr(request, _KEPT, None)
    if found is None:
        now = timezone.now()
        decider = Decider(request.user, now)
        kinds = [kind for kind, waiting in WAITING.items() if waiting.deciding.could_be_for(request.user)]
        found = list_theirs(kinds, decider, now, MOST_COUNTED + 1)
        setattr(request, _KEPT, found)
    return found


def may_decide_anything(request: HttpRequest) -> bool:
    """Whether anything could ever wait for whoever is signed in."""
    user: Any = request.user
    return bool(user.has_perm(DECIDE)) or any(waiting.deciding.could_be_for(user) for waiting in WAITING.values())


def show_badge(request: HttpRequest, kind: NoticeKind | None = None) -> str:
    """How much waits for whoever is signed in, of one kind or of all; blank if nothing does."""
    if kind is not None:
        return _counted(len(find_theirs(request).get(kind, ())))
    return _counted(count_decidable(request) + sum(map(len, find_theirs(request).values())))


def find_hints(request: HttpRequest) -> list[Hint]:
    """What the overview says of it, in the words of the mails."""
    return [
        Hint(len(things), f"{_title(WAITING[kind], things)}.", _listed(WAITING[kind]))
        for kind, things in find_theirs(request).items()
        if things
    ]


def show_waiting(request: HttpRequest) -> HttpResponse:
    """What waits for whoever is signed in, the oldest of each kind first, with the way to each."""
    tables = [_requests_table(request)] if count_decidable(request) else []
    tables += [_table(WAITING[kind], things) for kind, things in find_theirs(request).items() if things]
    nothing = Table("", [], [], empty=gettext("Nothing waits for you."))
    context = {
        **site.each_context(request),
        "title": gettext("Waits for you"),
        "head": Head(title=gettext("Waits for you"), about=_ways(request)),
        "tables": tables or [nothing],
    }
    return TemplateResponse(request, "backoffice/tables_page.html", context)


def _requests_table(request: HttpRequest) -> Table:
    theirs = list_decidable(person_id=person_of(request), now=timezone.now())
    first = theirs.order_by("created_at", "pk").select_related("payee_customer", "payee_card")[:_SHOWN]
    every = f"{reverse('admin:credits_creditrequest_changelist')}?mine=yes"
    return Table(
        title=gettext("Credit requests"),
        beside=Link(gettext("Decide them in the list"), every),
        columns=_columns(),
        rows=[
            [
                moment(each.created_at),
                Link(f"{each}: {payee_of(each)[0]}", request_url(each)),
                amount_of(each),
                each.requested_label,
            ]
            for each in first
        ],
    )


def _table(waiting: Waiting, things: list[Any]) -> Table:
    shown = things[:_SHOWN]
    worth = [waiting.worth(thing) for thing in shown]
    rows = [_cells(waiting, thing, *([each] if any(worth) else [])) for thing, each in zip(shown, worth, strict=True)]
    return Table(
        title=_title(waiting, things),
        beside=Link(gettext("All of them"), _listed(waiting)),
        columns=_columns(with_worth=any(worth)),
        rows=rows,
    )


def _cells(waiting: Waiting, thing: Any, *worth: str) -> list[Shown]:
    url = reverse(f"admin:{waiting.page}_change", args=[waiting.page_id(thing)])
    return [moment(getattr(thing, waiting.asked_at)), Link(waiting.said(thing), url), *worth, waiting.asker(thing)]


def _columns(*, with_worth: bool = True) -> tuple[Any, ...]:
    worth = [numbers(gettext("Worth"))] if with_worth else []
    return (moments(gettext("Waiting since")), gettext("What"), *worth, gettext("Asked for by"))


def _ways(request: HttpRequest) -> list[Shown]:
    return [Link(gettext("What I am told of by mail"), reverse("admin:notices"))]


def _title(waiting: Waiting, things: list[Any]) -> str:
    return waiting.title(len(things)) % {"count": _counted(len(things))}


def _listed(waiting: Waiting) -> str:
    return f"{reverse(f'admin:{waiting.page}_changelist')}{waiting.query}"


def _counted(count: int) -> str:
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count or "")
