"""
The addresses that django-allauth calls by names of its own. They stand before the admin's, which answers for the rest.

Its own pages for signing up, for e-mail addresses and for connecting accounts are not among them: there are none here.
"""

from allauth.socialaccount.providers.openid_connect import views as company
from django.urls import URLPattern, path

from storecredit.backoffice.access.signing_in.doors import PasskeySignIn, SecondFactor, lead_to_sign_in

urlpatterns: list[URLPattern] = [
    path("sign-in/", lead_to_sign_in, name="account_login"),
    path("sign-in/second-factor/", SecondFactor.as_view(), name="mfa_authenticate"),
    path("sign-in/passkey/", PasskeySignIn.as_view(), name="mfa_login_webauthn"),
    # Not found while the environment names none.
    path("sign-in/<slug:provider_id>/", company.login, name="openid_connect_login"),
    path("sign-in/<slug:provider_id>/callback/", company.callback, name="openid_connect_callback"),
]
