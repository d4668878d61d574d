"""
A person's own page: with what they sign in, and where they are signed in.

Each change is a form of its own, on a page of its own, and is written down with who made it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import segno
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, clear_totp_secret
from allauth.mfa.webauthn.internal.auth import WebAuthn, begin_registration
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import site
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from storecredit.audit.operations import ActivityKind
from storecredit.backoffice.access.signing_in.forms import AppForm, NewPasskeyForm, use_up
from storecredit.backoffice.access.signing_in.proofs import has_factor, note_factor, passed_second_step
from storecredit.backoffice.access.signing_in.records import tell
from storecredit.backoffice.access.signing_in.sessions import forget_devices, list_sessions, sign_out
from storecredit.backoffice.changes.logins import end_sessions
from storecredit.backoffice.kit import DASH, Link, Shown, Table, as_staff, moment, moments, tag
from storecredit.client_device import device_text

_KINDS = {Authenticator.Type.TOTP: _("App that shows codes"), Authenticator.Type.WEBAUTHN: _("Passkey")}


def show_security(request: HttpRequest) -> HttpResponse:
    """With what one signs in, and where one is signed in."""
    factors = list(Authenticator.objects.filter(user_id=request.user.pk).order_by("pk"))
    codes = next((one for one in factors if one.type == Authenticator.Type.RECOVERY_CODES), None)
    context = {
        "factors": _factors_table([_shown(one) for one in factors if one is not codes]),
        "has_app": any(one.type == Authenticator.Type.TOTP for one in factors),
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
        "sessions": _sessions_table(request),
        "asks_second_factor": settings.SECOND_FACTOR,
        "is_setting_up": settings.SECOND_FACTOR and not passed_second_step(request),
    }
    return _page(request, "security.html", gettext("Sign-in and security"), context)


def add_app(request: HttpRequest) -> HttpResponse:
    """Set up an app that shows codes: it reads a picture, and shows that it has read it."""
    user: Any = request.user
    if Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists():
        messages.info(request, gettext("You have an app already. Remove it, and you can set up another one."))
        return _back()
    form = AppForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic(), as_staff(request):
            factor = TOTP.activate(user, form.secret).instance
            use_up(factor, form.cleaned_data["code"])
            codes = _has_set_up(request, factor)
        clear_totp_secret(request)
        return _show_codes(request, codes) if codes else _back()
    picture = segno.make(get_adapter().build_totp_url(user, form.secret), micro=False)
    context = {
        "form": form,
        "picture": picture.svg_data_uri(scale=5, border=3, light="white"),
        "secret": " ".join(form.secret[at : at + 4] for at in range(0, len(form.secret), 4)),
    }
    return _page(request, "add_app.html", gettext("Set up an app that shows codes"), context)


def add_passkey(request: HttpRequest) -> HttpResponse:
    """Make a passkey: this device, a phone, or a key that is plugged in."""
    user: Any = request.user
    form = NewPasskeyForm(data=request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic(), as_staff(request):
            made = form.cleaned_data
            factor = WebAuthn.add(user, made["name"], made["credential"]).instance
            codes = _has_set_up(request, factor)
        return _show_codes(request, codes) if codes else _back()
    context = {
        "form": form,
        "refused": form.errors.get("credential") or form.non_field_errors() if form.is_bound else [],
        "passkey": {"creation_options": begin_registration(user, passwordless=True)},
    }
    return _page(request, "add_passkey.html", gettext("Add a passkey"), context)


def remove_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """Take away one of one's own factors; the last one stays where one is asked for."""
    with transaction.atomic(), as_staff(request):
        # Two tabs would both find another factor beside the one that they take away.
        _lock(request)
        mine = Authenticator.objects.filter(user_id=request.user.pk).exclude(type=Authenticator.Type.RECOVERY_CODES)
        factor = get_object_or_404(mine, pk=pk)
        refusal = gettext("it is your only one. Set up another one first.") if _is_needed(factor) else ""
        if request.method == "POST" and not refusal:
            tell(request, ActivityKind.FACTOR_REMOVED, details={"factor": _shown(factor)["name"]})
            factor.delete()
            if not has_factor(request.user):
                Authenticator.objects.filter(user_id=request.user.pk).delete()
            messages.success(request, gettext("It is removed, and signs nobody in any more."))
            return _back()
    context = {"factor": _shown(factor), "refusal": refusal}
    return _page(request, "remove_factor.html", gettext("Remove a factor"), context)


def make_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes, which are shown in the answer and never again."""
    if not has_factor(request.user):
        messages.info(request, gettext("Recovery codes stand in for a second factor. Set one up first."))
        return _back()
    if request.method != "POST":
        return _page(request, "make_codes.html", gettext("New recovery codes"), {})
    with transaction.atomic(), as_staff(request):
        _lock(request)
        Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.RECOVERY_CODES).delete()
        codes = RecoveryCodes.activate(request.user).get_unused_codes()
        tell(request, ActivityKind.RECOVERY_CODES_MADE)
    return _show_codes(request, codes)


def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign oneself out somewhere else."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    with transaction.atomic():
        if ended := end_sessions(request.user, only=pk):
            tell(request, ActivityKind.SESSIONS_ENDED, details={"sessions": ended})
    messages.success(request, gettext("That session is over."))
    return _back()


def end_all_sessions(request: HttpRequest) -> HttpResponse:
    """Sign oneself out everywhere, here too; every device that was remembered asks for the second factor again."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    with transaction.atomic():
        forget_devices(request.user)
        ended = end_sessions(request.user, but=request.session.session_key or "") + 1
        tell(request, ActivityKind.SESSIONS_ENDED, details={"sessions": ended})
    sign_out(request)
    messages.success(request, gettext("You are signed out everywhere."))
    return HttpResponseRedirect(reverse("admin:login"))


def _factors_table(shown: Sequence[Mapping[str, Any]]) -> Table:
    return Table(
        title=gettext("Second factor"),
        columns=(
            gettext("Name"),
            gettext("Kind"),
            moments(gettext("Set up")),
            moments(gettext("Last used")),
            gettext("Remove"),
        ),
        rows=[
            [
                factor["name"],
                factor["kind"],
                moment(factor["since"]),
                moment(factor["used"]) or DASH,
                Link(
                    gettext("Remove %(name)s") % {"name": factor["name"]},
                    reverse("admin:security_remove", args=[factor["pk"]]),
                ),
            ]
            for factor in shown
        ],
        empty=gettext(
            "You have none yet. With one, a password that somebody else has learnt lets nobody in. A passkey is the "
            "safest and the quickest: the device itself asks for your finger, your face or its PIN."
        ),
    )


def _sessions_table(request: HttpRequest) -> Table:
    return Table(
        title=gettext("Where you are signed in"),
        columns=(
            gettext("Device"),
            gettext("Address"),
            moments(gettext("Signed in")),
            moments(gettext("Last seen")),
            gettext("Sign out"),
        ),
        rows=[
            [
                device_text(one.user_agent) or gettext("An unknown device"),
                one.ip,
                moment(one.created_at),
                moment(one.last_seen_at),
                tag(gettext("this one")) if _is_this(request, one) else _end_button(request, one),
            ]
            for one in list_sessions(request.user)
        ],
    )


def _end_button(request: HttpRequest, session: Any) -> Shown:
    return format_html(
        '<form method="post" action="{}"><input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<button class="bo-button bo-slim" type="submit">{}</button></form>',
        reverse("admin:security_end_session", args=[session.pk]),
        get_token(request),
        gettext("Sign out there"),
    )


def _has_set_up(request: HttpRequest, factor: Authenticator) -> list[str]:
    """What follows a new factor: with the first one recovery codes come along, and the sessions elsewhere end."""
    note_factor(request, factor)
    tell(request, ActivityKind.FACTOR_ENROLLED, details={"factor": _shown(factor)["name"]})
    messages.success(request, gettext("It is set up. From now on you are asked for it when you sign in."))
    others = Authenticator.objects.filter(user_id=request.user.pk).exclude(pk=factor.pk)
    if others.exists():
        return []
    end_sessions(request.user, but=request.session.session_key or "")
    tell(request, ActivityKind.RECOVERY_CODES_MADE)
    return list(RecoveryCodes.activate(request.user).get_unused_codes())


def _show_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    spaced = [f"{code[:5]} {code[5:]}" for code in codes]
    return _page(request, "recovery_codes.html", gettext("Your recovery codes"), {"codes": spaced})


def _shown(factor: Authenticator) -> dict[str, Any]:
    kind = str(_KINDS[Authenticator.Type(factor.type)])
    name = factor.data["name"] if factor.type == Authenticator.Type.WEBAUTHN else kind
    return {"pk": factor.pk, "kind": kind, "name": name, "since": factor.created_at, "used": factor.last_used_at}


def _is_this(request: HttpRequest, row: Any) -> bool:
    return bool(row.session_key == request.session.session_key)


def _is_needed(factor: Authenticator) -> bool:
    others = Authenticator.objects.filter(user_id=factor.user_id).exclude(pk=factor.pk)
    return settings.SECOND_FACTOR and not others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()


def _lock(request: HttpRequest) -> None:
    user: Any = request.user
    User.objects.select_for_update().get(pk=user.pk)


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:security"))


def _page(request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    frame = site.each_context(request)
    if settings.SECOND_FACTOR and not passed_second_step(request):
        # Every way from there would lead back to here.
        frame |= {"is_nav_sidebar_enabled": False}
    return TemplateResponse(request, f"backoffice/access/{template}", frame | context | {"title": title})
