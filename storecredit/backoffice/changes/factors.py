"""
Taking away what somebody signs in with, for a phone or a key that is lost: they begin anew, by a link to their mailbox.

Whoever could do that alone, and read that mailbox, would be them. So two administrators do it, the person is told when
it is asked for and when it is done, and nothing but a new factor lets them in again.
"""

import logging
from datetime import datetime
from functools import partial

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext

from ledger.operations import Actor
from storecredit.audit.operations import ActivityKind, record_activity
from storecredit.backoffice.changes.logins import LINK_DAYS, end_sessions, path_to_choose_password
from storecredit.backoffice.kit import find_preferences, shown_to, subject_of
from storecredit.backoffice.models import AccessChange, ChangeKind
from storecredit.mail import MailNotSent, send_mail

logger = logging.getLogger(__name__)


def factors_of(person: User) -> list[int]:
    """The keys of somebody's second factors; recovery codes alone are none."""
    rows = Authenticator.objects.filter(user_id=person.pk).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return sorted(rows.values_list("pk", flat=True))


def take_factors(person: User) -> int:
    """
    Take away every way that somebody has to sign in: factors, sessions, the company's account, and the password, which
    may be known to others.

    :return: how many factors they had.
    """
    taken = len(factors_of(person))
    Authenticator.objects.filter(user_id=person.pk).delete()
    SocialAccount.objects.filter(user_id=person.pk).delete()
    end_sessions(person)
    person.set_unusable_password()
    person.save(update_fields=["password"])
    return taken


def is_reachable(person: User) -> bool:
    """Whether a link to begin anew comes to somebody: mail goes out from here, and they have an address."""
    return bool(settings.MAIL_GOES_OUT and person.email)


def refuse_unreachable(change: AccessChange) -> str:
    """Why what somebody signs in with is not taken away now, as a sentence: nothing would let them in again."""
    if change.kind != ChangeKind.FACTORS or is_reachable(User.objects.get(pk=int(change.subject_id))):
        return ""
    return gettext(
        "no link to begin anew would come to them: no mail goes out from here (EMAIL_URL), or they have no address. "
        "Whoever runs this server can use let_back_in."
    )


def tell_asked(change: AccessChange) -> None:
    """Say to the person that a colleague asks for it, once that is committed: they can still have it refused."""
    if change.kind == ChangeKind.FACTORS:
        transaction.on_commit(partial(_send, change, is_asked=True))


def tell_taken(change: AccessChange, *, actor: Actor, now: datetime) -> None:
    """Write down that it is done, and send the link under which the person begins anew, once that is committed."""
    if change.kind != ChangeKind.FACTORS:
        return
    before, after = change.before or {}, change.after or {}
    record_activity(
        actor=actor,
        kind=ActivityKind.FACTORS_TAKEN,
        subject=subject_of(User.objects.get(pk=change.subject_id)),
        details={"factors": len(before["factors"]), "why": after.get("why", ""), "asked_by": change.asked_by_id},
        now=now,
    )
    transaction.on_commit(partial(_send, change, is_asked=False))


def _asker_of(change: AccessChange) -> str:
    return change.asked_by.get_username() if change.asked_by else change.decided_door


def _send(change: AccessChange, *, is_asked: bool) -> None:
    person = User.objects.get(pk=int(change.subject_id))
    if not is_reachable(person):
        return
    told = {"person": person, "by": _asker_of(change), "is_asked": is_asked, "days": LINK_DAYS}
    if not is_asked:
        # On the server nobody agrees.
        told["is_agreed"] = change.decided_by_id is not None
        told["link"] = f"{settings.SITE_URL}{path_to_choose_password(person)}"
    with shown_to(find_preferences(person)):
        subject = gettext("Your second factor is to be taken away") if is_asked else gettext("Sign in anew")
        text = render_to_string("backoffice/access/factors_mail.txt", told)
    try:
        send_mail(to=person.email, subject=subject, text=text)
    except MailNotSent as error:
        logger.warning("factors-not-told", extra={"person": person.pk, "error": str(error)})
