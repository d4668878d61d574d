"""Another e-mail address for somebody: whoever reads their mailbox could become them, so the former one is told."""

import logging
from functools import partial

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext

from storecredit.backoffice.kit import find_preferences, shown_to
from storecredit.backoffice.models import AccessChange, ChangeKind
from storecredit.mail import MailNotSent, send_mail

logger = logging.getLogger(__name__)


def word_moving(person: User, *, by: str, is_asked: bool) -> tuple[str, str]:
    """What somebody's former address is told, in their language: the subject and the text."""
    with shown_to(find_preferences(person)):
        told = {"person": person, "by": by, "is_asked": is_asked}
        if is_asked:
            subject = gettext("Another e-mail address is asked for you")
        else:
            subject = gettext("Your e-mail address was changed")
        return subject, render_to_string("backoffice/access/moved_mail.txt", told)


def tell_address_moved(change: AccessChange) -> None:
    """Say at the former address that a change has moved it, once that is committed."""
    before, after = change.before or {}, change.after or {}
    former = before.get("email", "")
    if change.kind == ChangeKind.PERSON and former and after.get("email", former) != former:
        transaction.on_commit(partial(_tell, int(change.subject_id), former, change))


def _tell(person_id: int, former: str, change: AccessChange) -> None:
    if not settings.MAIL_GOES_OUT:
        return
    by = change.asked_by.get_username() if change.asked_by else change.decided_door
    subject, text = word_moving(User.objects.get(pk=person_id), by=by, is_asked=False)
    try:
        send_mail(to=former, subject=subject, text=text)
    except MailNotSent as error:
        logger.warning("former-address-not-told", extra={"person": person_id, "error": str(error)})
