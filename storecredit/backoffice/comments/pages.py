"""Comments on the page of an object: the box below its history, and their lines in it."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from storecredit.audit.operations import ActivityKind
from storecredit.backoffice.comments.forms import CommentForm, list_colleagues
from storecredit.backoffice.comments.saying import WithdrawnAlready, say, withdraw
from storecredit.backoffice.kit import (
    FORM,
    AlreadyDone,
    Intent,
    Link,
    PageMixin,
    Shown,
    TimelineEntry,
    moment,
    new_token,
    read_token,
    stacked,
    styled,
    subject_of,
    tell,
)
from storecredit.backoffice.kit.rows import door_text
from storecredit.backoffice.models import Comment

COMMENT, WITHDRAW_OTHERS = "backoffice.add_comment", "backoffice.withdraw_comment"
_MOST_OFFERED = 500


class CommentsMixin(PageMixin):
    """A page that those who may see it and have the right to comment can comment on."""

    #: Which of a comment's columns names the object.
    comments_about: ClassVar[str]

    @property
    def view_permission(self) -> str:
        return f"{self.opts.app_label}.view_{self.opts.model_name}"

    def list_comments(self, target: Any) -> QuerySet[Comment]:
        """What was said of it, newest first."""
        found = Comment.objects.filter(**{self.comments_about: target})
        return found.select_related("author", "withdrawal__by").order_by("-created_at", "-pk")

    def way_to_withdraw(self, request: HttpRequest, target: Any) -> Callable[[Comment], Link | None]:
        """Where each comment is withdrawn, for those who may."""
        user: Any = request.user
        may_others = user.has_perm(WITHDRAW_OTHERS)

        def way(comment: Comment) -> Link | None:
            if hasattr(comment, "withdrawal") or not (may_others or comment.author_id == user.pk):
                return None
            return Link(_("Withdraw"), self._comment_url("withdraw", target.pk, comment.pk))

        return way

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        box = {} if extra_context and "comment_form" in extra_context else self._box(request, object_id)
        return super().change_view(request, object_id, form_url, box | (extra_context or {}))

    def get_urls(self) -> list[URLPattern]:
        names = f"{self.opts.app_label}_{self.opts.model_name}"
        comment, withdraw_one = (self.admin_site.admin_view(view) for view in (self.comment_view, self.withdraw_view))
        return [
            path("<path:object_id>/comment/", comment, name=f"{names}_comment"),
            path("<path:object_id>/comment/<int:comment_id>/withdraw/", withdraw_one, name=f"{names}_withdraw"),
            *super().get_urls(),
        ]

    def comment_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take what was typed into the box, once."""
        target = self._find(request, object_id)
        if not _may_comment(request):
            raise PermissionDenied
        page = f"{self.page_url(target)}#history"
        if request.method != "POST":
            return HttpResponseRedirect(page)
        form = CommentForm(request.POST, permission=self.view_permission)
        if not form.is_valid():
            return self.change_view(request, object_id, extra_context=self._box(request, object_id, form))
        user: Any = request.user
        token = read_token(request, FORM) or new_token()
        try:
            say(
                about=self.comments_about,
                target=target,
                author_id=user.pk,
                text=form.cleaned_data["text"],
                mentioned=form.mentioned,
                intent=Intent(token, str(user.pk), f"comment {self.comments_about} {target.pk}"),
                now=timezone.now(),
            )
        except AlreadyDone:
            messages.info(request, _("This comment was added already, and was not added twice."))
        else:
            messages.success(request, _("Your comment is added."))
        return HttpResponseRedirect(page)

    def withdraw_view(self, request: HttpRequest, object_id: str, comment_id: int) -> HttpResponse:
        """Ask whether a comment is to be withdrawn, and do it on POST."""
        target = self._find(request, object_id)
        comment = self.list_comments(target).filter(pk=comment_id).first()
        if comment is None:
            raise Http404
        user: Any = request.user
        if comment.author_id != user.pk and not user.has_perm(WITHDRAW_OTHERS):
            raise PermissionDenied
        if request.method != "POST" and not hasattr(comment, "withdrawal"):
            context = self.page_frame(request, target) | {
                "title": _("Withdraw a comment"),
                "comment": comment,
                "back_url": self.page_url(target),
            }
            return TemplateResponse(request, "backoffice/comments/withdraw.html", context)
        try:
            with transaction.atomic():
                withdraw(comment_id=comment.pk, person_id=user.pk, now=timezone.now())
                # Of what it was said: by that it is looked for.
                tell(request, kind=ActivityKind.DELETED, subject=subject_of(target), details={"comment": comment.pk})
        except WithdrawnAlready:
            messages.info(request, _("This comment was withdrawn already."))
        else:
            messages.success(request, _("The comment is withdrawn. That it was there stays to be seen."))
        return HttpResponseRedirect(f"{self.page_url(target)}#history")

    def _find(self, request: HttpRequest, object_id: str) -> Any:
        target = self.get_page_object(request, object_id)
        if target is None:
            raise Http404
        if not self.has_view_permission(request, target):
            raise PermissionDenied
        return target

    def _box(self, request: HttpRequest, object_id: str, form: CommentForm | None = None) -> dict[str, Any]:
        """The form of the box, for those who may comment."""
        if not _may_comment(request):
            return {}
        token = read_token(request, FORM) or new_token()
        colleagues = list_colleagues(permission=self.view_permission)[:_MOST_OFFERED]
        return {
            "comment_form": form or CommentForm(permission=self.view_permission),
            "comment_url": f"{self._comment_url('comment', object_id)}?{FORM}={token}",
            "colleagues": [[person.get_username(), person.get_full_name()] for person in colleagues],
        }

    def _comment_url(self, name: str, *args: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=args)


def comment_entry(comment: Comment, way: Link | None) -> TimelineEntry:
    """A comment as a line of a history."""
    withdrawal = getattr(comment, "withdrawal", None)
    return TimelineEntry(
        at=comment.created_at,
        icon="speaker_notes_off" if withdrawal else "chat",
        tone="quiet" if withdrawal else "",
        title=_("Comment, withdrawn") if withdrawal else _("Comment"),
        why=_withdrawn_words(withdrawal) if withdrawal else comment.text,
        who=comment.author.get_username(),
        door=door_text("admin"),
        way=way,
    )


def comment_cells(comment: Comment, way: Link | None) -> list[Shown]:
    """A comment as a row of a table of entries."""
    entry = comment_entry(comment, way)
    said = format_html('<div class="bo-lines">{}</div>', entry.why)
    return [
        moment(entry.at),
        stacked(entry.title, way),
        "",
        "",
        styled("quiet", said) if entry.tone else said,
        "",
        stacked(entry.who, entry.door),
        "",
    ]


def _withdrawn_words(withdrawal: Any) -> str:
    return _("Withdrawn by %(who)s.") % {"who": withdrawal.by.get_username()}


def _may_comment(request: HttpRequest) -> bool:
    user: Any = request.user
    return bool(user.has_perm(COMMENT))
