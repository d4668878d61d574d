"""
What a mail says: what it is about, by the short name that the pages have, and the way there.

Neither amounts nor customers, codes, words of comments nor the names that people give to files and batches: a mailbox
is read on telephones and by assistants, is kept for years and forwarded. Who calls is named, for it decides how soon
somebody looks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from giftcards.queries import CardBatch
from storecredit.backoffice.models import AccessChange, Comment, ImportRun, ImportState, Notice, NoticeKind
from storecredit.backoffice.notices.waiting import is_waiting, look_at
from storecredit.backoffice.waiting.kinds import WAITING, number_of_batch
from storecredit.credits.queries import CreditRequest, RequestEventKind, get_chances, list_people_with

_LISTED = 10
_PAGES = {
    "customer": "ledger_customer",
    "card": "giftcards_giftcard",
    "request": "credits_creditrequest",
    "change": "backoffice_accesschange",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing, and where it is looked at."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    """The things of one kind: the first few, and how many there are besides."""

    title: str
    lines: list[Line]
    more: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """
    What one person is told at once.

    :param told: the notices that it tells of; of several about the same thing it says one.
    """

    told: list[Notice]
    sections: list[Section] = field(default_factory=list)

    @property
    def subject(self) -> str:
        """In one line; what is first in it."""
        first = self.sections[0].title
        return first if len(self.sections) == 1 else _("%(first)s, and more") % {"first": first}

    def text_for(self, person: Any) -> str:
        """The mail, in the language in force."""
        shown = {"person": person, "sections": self.sections, "choose_url": _absolute(reverse("admin:notices"))}
        return render_to_string("backoffice/notices/mail.txt", shown)


def compose(*, person: Any, notices: Sequence[Notice]) -> Digest:
    """What of some notices a person still is to be told, in words."""
    kinds: dict[str, list[Notice]] = {kind: [each for each in notices if each.kind == kind] for kind in NoticeKind}
    waiting = _still_waiting(person, kinds[NoticeKind.WAITS])
    mentions = _still_said(person, kinds[NoticeKind.MENTIONED])
    decided = kinds[NoticeKind.DECIDED]
    changed = kinds[NoticeKind.CHANGED]
    others = [notice for kind in WAITING for notice in kinds[kind]]
    now = look_at(others, person, timezone.now())
    theirs = {kind: [notice for notice in kinds[kind] if is_waiting(notice, now)] for kind in WAITING if kinds[kind]}
    batches = kinds[NoticeKind.BATCH_END]
    # Of a file that was stopped since it was confirmed there is a notice of that.
    confirmed = [each for each in kinds[NoticeKind.FILE_END] if each.file and each.file.state != ImportState.STOPPED]
    files = [*confirmed, *kinds[NoticeKind.FILE_STOP]]
    sections = [
        _waiting_section({each.event.request_id: each.event.request for each in waiting if each.event}),
        _decided_section([each.event for each in decided]),
        _mentions_section([each.mention.comment for each in mentions if each.mention]),
        *(_section_of(kind, notices) for kind, notices in theirs.items()),
        _changed_section([each.change for each in changed if each.change and each.change.asked_by_id]),
        _done_alone_section([each.change for each in changed if each.change and not each.change.asked_by_id]),
        _batches_section([each.batch for each in batches if each.batch]),
        _files_section([each.file for each in files if each.file]),
    ]
    told = [
        *waiting,
        *decided,
        *mentions,
        *changed,
        *batches,
        *files,
        *(each for some in theirs.values() for each in some),
    ]
    return Digest(told=told, sections=[section for section in sections if section.lines])


def _still_waiting(person: Any, notices: list[Notice]) -> list[Notice]:
    """Those of requests that this very person may still approve, by the rule of the approval."""
    chances = get_chances(requests=[each.event.request for each in notices if each.event])
    return [
        each
        for each in notices
        if each.event
        and each.event.request_id in chances
        and person.pk in {approver.person_id for approver in chances[each.event.request_id].people}
    ]


def _still_said(person: Any, notices: list[Notice]) -> list[Notice]:
    """Those of comments that were not withdrawn, on pages that this person may see."""
    return [
        each
        for each in notices
        if each.mention and not hasattr(each.mention.comment, "withdrawal") and _may_see(person, each.mention.comment)
    ]


def _may_see(person: Any, comment: Comment) -> bool:
    app, model = _PAGES[comment.about].split("_")
    return list_people_with(right=f"{app}.view_{model}").filter(pk=person.pk).exists()


def _waiting_section(requests: Mapping[Any, CreditRequest]) -> Section:
    listed = list(requests.values())
    title = ngettext(
        "%(count)s request waits for your approval", "%(count)s requests wait for your approval", len(listed)
    )
    lines = [Line(str(request), _page("request", request.pk)) for request in listed]
    return _section(title, lines, f"{reverse('admin:credits_creditrequest_changelist')}?mine=yes")


def _decided_section(events: Sequence[Any]) -> Section:
    title = ngettext("%(count)s request of yours is decided", "%(count)s requests of yours are decided", len(events))
    lines = [
        Line(f"{event.request}: {RequestEventKind(event.kind).label}", _page("request", event.request_id))
        for event in events
    ]
    return _section(title, lines, reverse("admin:credits_creditrequest_mine"))


def _mentions_section(comments: Sequence[Comment]) -> Section:
    title = ngettext("%(count)s comment calls you", "%(count)s comments call you", len(comments))
    lines = [Line(_called_by(comment), _page(comment.about, comment.target_id)) for comment in comments]
    return _section(title, lines, "")


def _section_of(kind: NoticeKind, notices: Sequence[Notice]) -> Section:
    """What waits of one kind, in the words that the overview has for it."""
    waiting = WAITING[kind]
    things = [getattr(notice, waiting.field) for notice in notices]
    lines = [Line(waiting.mail_word_for(thing), _at(waiting.page, waiting.page_id(thing))) for thing in things]
    listed = f"{reverse(f'admin:{waiting.page}_changelist')}{waiting.query}"
    return _section(waiting.title(len(things)), lines, listed)


def _batches_section(batches: Sequence[CardBatch]) -> Section:
    title = ngettext(
        "%(count)s batch of gift cards that you planned is decided",
        "%(count)s batches of gift cards that you planned are decided",
        len(batches),
    )
    lines = [
        Line(
            f"{number_of_batch(batch)}: {_('rejected') if batch.rejected_at else _('approved')}",
            _at("giftcards_cardbatch", batch.pk),
        )
        for batch in batches
    ]
    return _section(title, lines, reverse("admin:giftcards_cardbatch_changelist"))


def _files_section(runs: Sequence[ImportRun]) -> Section:
    title = ngettext(
        "%(count)s file that you uploaded is decided", "%(count)s files that you uploaded are decided", len(runs)
    )
    words = {ImportState.REJECTED: _("rejected"), ImportState.STOPPED: _("stopped halfway")}
    lines = [
        Line(
            f"{run.get_kind_display()}: {words.get(ImportState(run.state), _('confirmed'))}",
            _at("backoffice_importrun", run.pk),
        )
        for run in runs
    ]
    return _section(title, lines, reverse("admin:backoffice_importrun_changelist"))


def _changed_section(changes: Sequence[AccessChange]) -> Section:
    title = ngettext(
        "%(count)s change of access that you asked for is decided",
        "%(count)s changes of access that you asked for are decided",
        len(changes),
    )
    lines = [
        Line(f"{change.get_kind_display()}: {change.get_state_display()}", _page("change", change.pk))
        for change in changes
    ]
    return _section(title, lines, reverse("admin:backoffice_accesschange_changelist"))


def _done_alone_section(changes: Sequence[AccessChange]) -> Section:
    title = ngettext(
        "%(count)s change of access was made on the command line, without a second person",
        "%(count)s changes of access were made on the command line, without a second person",
        len(changes),
    )
    lines = [Line(f"{change}, {change.decided_door}", _page("change", change.pk)) for change in changes]
    return _section(title, lines, reverse("admin:backoffice_accesschange_changelist"))


def _called_by(comment: Comment) -> str:
    words = {
        "customer": _("%(who)s, on a customer"),
        "card": _("%(who)s, on a gift card"),
        "request": _("%(who)s, on a credit request"),
    }
    return words[comment.about] % {"who": comment.author.get_username()}


def _section(title: str, lines: list[Line], url: str) -> Section:
    more = max(len(lines) - _LISTED, 0)
    return Section(title % {"count": len(lines)}, lines[:_LISTED], more, _absolute(url) if more and url else "")


def _page(about: str, key: Any) -> str:
    return _at(_PAGES[about], key)


def _at(name: str, key: Any) -> str:
    return _absolute(reverse(f"admin:{name}_change", args=[key]))


def _absolute(path: str) -> str:
    """Where a page is for somebody who reads of it outside of the site."""
    return f"{settings.SITE_URL}{path}"
