"""A comment is said, and may be withdrawn. Neither is ever changed."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from ledger.errors import DomainError
from ledger.operations import operation
from storecredit.backoffice.kit import Intent
from storecredit.backoffice.models import Comment, Mention, Notice, NoticeKind, Withdrawal


class WithdrawnAlready(DomainError):
    """The comment was withdrawn before."""

    code = "comment_withdrawn"


@operation
def say(
    *, about: str, target: Any, author_id: int, text: str, mentioned: list[Any], intent: Intent, now: datetime
) -> Comment:
    """
    Add a comment to a page, and call whom it mentions.

    :param about: which of a comment's columns names the target: customer, card or request.
    :raises AlreadyDone: if this very comment was sent before.
    """
    intent.spend(now)
    comment = Comment.objects.create(**{about: target}, author_id=author_id, text=text, created_at=now)
    for person in mentioned:
        mention = Mention.objects.create(comment=comment, person=person)
        if person.pk != author_id:
            Notice.objects.create(kind=NoticeKind.MENTIONED, mention=mention, person=person, created_at=now)
    return comment


@operation
def withdraw(*, comment_id: int, person_id: int, now: datetime) -> Comment:
    """
    Take a comment back. It is shown to nobody any more; that it was there is.

    :raises WithdrawnAlready: if it was withdrawn before.
    """
    comment = Comment.objects.select_for_update().get(pk=comment_id)
    if Withdrawal.objects.filter(comment=comment).exists():
        raise WithdrawnAlready(gettext("This comment was withdrawn already."))
    Withdrawal.objects.create(comment=comment, by_id=person_id, created_at=now)
    return comment
