"""Another e-mail address for somebody: whoever reads their mailbox could become them, so the former one is told."""

import logging
from functools import partial

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from storecredit.backoffice.access.invitations import word_moving
from storecredit.backoffice.models import AccessChange, ChangeKind
from storecredit.mail import MailNotSent, send_mail

logger = logging.getLogger(__name__)


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
