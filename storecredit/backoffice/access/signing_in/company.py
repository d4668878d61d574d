"""
The company's own sign-in (OpenID Connect), where the environment names one.

It says who somebody is, by an address that it has verified. Who that is here, and what they may do, is said here:
whoever is not among the staff does not become it by signing in, and the second factor is asked for all the same.
"""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext


class CompanyAdapter(DefaultSocialAccountAdapter):
    """Knows staff by the e-mail of their page."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.is_existing:
            return
        addresses = [each.email.lower() for each in sociallogin.email_addresses if each.verified]
        staff = User.objects.filter(is_active=True, is_staff=True).annotate(address=Lower("email"))
        known = staff.filter(address__in=addresses)
        if known.count() != 1:
            told = gettext("Nobody on the staff has the address that you signed in with.")
            raise ImmediateHttpResponse(_refuse(request, told))
        sociallogin.connect(request, known.get())

    def on_authentication_error(self, request: HttpRequest, provider: Any, **told: Any) -> None:
        why = gettext("The company’s sign-in did not say who you are. Try again.")
        raise ImmediateHttpResponse(_refuse(request, why))


def _refuse(request: HttpRequest, why: str) -> HttpResponseRedirect:
    messages.error(request, why)
    return HttpResponseRedirect(reverse("admin:login"))
