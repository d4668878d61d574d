"""
The ways in: a password and then the second factor, a passkey alone, or the company's own sign-in.

Whatever was typed into a form before the session's end comes along, and is found again behind the last door.
"""

from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.internal.flows.trust import trust_browser
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.conf import settings
from django.contrib.admin import site
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from storecredit.backoffice.access.signed_out import take_back
from storecredit.settings.signing_in import DEVICE_REMEMBERED_FOR


class SignIn(LoginView):
    """Name and password. What comes after them is the library's to lead through."""

    def form_valid(self, form: Any) -> HttpResponse:
        person = form.get_user()
        take_back(self.request, person=str(person.pk))
        login = Login(user=person, redirect_url=self.get_success_url())
        return perform_password_login(self.request, {}, login)


class SecondFactor(AuthenticateView):
    """The second factor, of whoever has given the right password."""

    template_name = "backoffice/access/second_factor.html"

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        if self.request.POST.get("remember") and self.request.user.is_authenticated:
            trust_browser(self.request, self.stage.login.user, response)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        types = Authenticator.objects.filter(user_id=self.stage.login.user.pk).values_list("type", flat=True)
        return {
            **site.each_context(self.request),
            **super().get_context_data(**kwargs),
            "title": gettext("Your second factor"),
            "has_passkey": Authenticator.Type.WEBAUTHN in types,
            "days": DEVICE_REMEMBERED_FOR.days,
        }


class PasskeySignIn(LoginWebAuthnView):
    """A passkey is something that one has and something that one is or knows: it opens all the doors."""

    def form_valid(self, form: Any) -> HttpResponse:
        factor = form.cleaned_data["credential"]
        take_back(self.request, person=str(factor.user_id))
        login = Login(user=factor.user, redirect_url=safe_way(self.request, self.request.POST.get("next", "")))
        return perform_passwordless_login(self.request, factor, login)


def show_sign_in(request: HttpRequest, context: dict[str, Any] | None = None) -> HttpResponse:
    """The page of the first door, in the place of the admin's own, whose look and form it has."""
    told = {
        **site.each_context(request),
        "title": gettext("Sign in"),
        "subtitle": None,
        "app_path": request.get_full_path(),
        "username": request.user.get_username(),
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "asks_second_factor": settings.SECOND_FACTOR,
        "companies": [app for one in settings.SOCIALACCOUNT_PROVIDERS.values() for app in one["APPS"]],
        **(context or {}),
    }
    view = SignIn.as_view(
        template_name=site.login_template or "admin/login.html",
        authentication_form=site.login_form,
        extra_context=told,
    )
    request.current_app = site.name
    answer: Any = view(request)
    return answer


def safe_way(request: HttpRequest, url: str) -> str:
    """Where to go on to: an address of ours, or the first page."""
    is_ours = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if is_ours else reverse("admin:index")


def lead_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Where the library sends whoever is not signed in."""
    return HttpResponseRedirect(reverse("admin:login"))
