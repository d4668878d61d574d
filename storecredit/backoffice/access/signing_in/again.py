"""
Who changes money or access proves once more who they are, if they have not done so for a quarter of an hour.

Nothing of what was sent is done: the page that asks stands in its place, carries what was typed as the sign-in does
after a session's end, and leads back to the form. So whoever sits down at a screen that was left open can look, and
nothing more.
"""

from typing import Any

from allauth.mfa.base.forms import ReauthenticateForm as FactorAgain
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import begin_authentication
from django.contrib.admin import site
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from storecredit.audit.operations import ActivityKind
from storecredit.backoffice.access.signed_out import sign_typed, take_back
from storecredit.backoffice.access.signing_in.doors import safe_way
from storecredit.backoffice.access.signing_in.forms import CodeForm, PasskeyForm, PasswordAgainForm
from storecredit.backoffice.access.signing_in.proofs import is_proved, last_way, note_password
from storecredit.backoffice.access.signing_in.records import tell

_STALE = _("It is more than a quarter of an hour since you last proved who you are, so nothing was done.")


class CodeAgainForm(CodeForm):
    """A code, once more."""

    save = FactorAgain.save


class PasskeyAgainForm(PasskeyForm):
    """A passkey, once more."""

    reauthenticated = True


def ask_again(request: HttpRequest) -> HttpResponse:
    """What is answered in the place of a page that wants a fresh proof; the form that was sent to it is kept."""
    if "application/json" in request.headers.get("Accept", "").split(",")[0]:
        return JsonResponse({"refused": gettext("%(why)s Load this page again.") % {"why": _STALE}}, status=403)
    is_post = request.method == "POST"
    kept = sign_typed(request, person=str(request.user.pk)) if is_post else ""
    return _show(request, kept=kept, way=request.get_full_path(), was_sent=is_post)


@sensitive_post_parameters("password", "code")
def prove_again(request: HttpRequest) -> HttpResponse:
    """The page's own address: takes the proof, and leads back."""
    way = safe_way(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.method != "POST":
        return HttpResponseRedirect(way) if is_proved(request) else _show(request, way=way)
    form = _read(request)
    if not form.is_valid():
        return _show(request, form=form, kept=request.POST.get("kept", ""), way=way)
    with transaction.atomic():
        if isinstance(form, PasswordAgainForm):
            note_password(request)
        else:
            form.save()
        tell(request, ActivityKind.PROVED_AGAIN, details={"with": last_way(request)})
    take_back(request, person=str(request.user.pk))
    return HttpResponseRedirect(way)


def _read(request: HttpRequest) -> Any:
    """The form that was sent; a password is no proof of whoever has a factor."""
    if "credential" in request.POST:
        return PasskeyAgainForm(data=request.POST, user=request.user)
    if "code" in request.POST or _types_of(request):
        return CodeAgainForm(data=request.POST, user=request.user)
    return PasswordAgainForm(data=request.POST, user=request.user)


def _types_of(request: HttpRequest) -> set[str]:
    return set(Authenticator.objects.filter(user_id=request.user.pk).values_list("type", flat=True))


def _show(request: HttpRequest, *, form: Any = None, kept: str = "", way: str, was_sent: bool = False) -> HttpResponse:
    user: Any = request.user
    types = _types_of(request)
    has_passkey = Authenticator.Type.WEBAUTHN in types
    code_form = form if isinstance(form, CodeForm) else CodeAgainForm(user=user)
    password_form = form if isinstance(form, PasswordAgainForm) else PasswordAgainForm(user=user)
    context = {
        **site.each_context(request),
        "title": gettext("Is it still you?"),
        "why": _STALE if was_sent else "",
        "kept": kept,
        "way": way,
        "again_url": reverse("admin:again"),
        "code_form": code_form if types else None,
        "password_form": None if types or not user.has_usable_password() else password_form,
        "passkey_refused": form.errors.get("credential") if isinstance(form, PasskeyForm) else None,
        "passkey": {"request_options": begin_authentication(user)} if has_passkey else None,
    }
    return TemplateResponse(request, "backoffice/access/again.html", context)
