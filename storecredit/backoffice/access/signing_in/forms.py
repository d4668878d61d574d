"""
What is given as a second factor. Codes that are guessed are counted with the passwords that are guessed, by name, by
address and by both; and a code that was used is used up, on every machine that serves.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.forms import ReauthenticateForm
from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, LoginWebAuthnForm
from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from storecredit.backoffice.access.signing_in.adapters import FactorAdapter
from storecredit.backoffice.kit import style

_LONGEST_NAME = 60
#: Longer than any code is taken: its half minute, and one before and after it.
_USED_FOR_SECONDS = 120


class CodeForm(AuthenticateForm):
    """A code of the app, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label, field.max_length = _("Code of your app, or a recovery code"), 40
        field.widget.attrs |= {"autocomplete": "one-time-code", "inputmode": "numeric", "placeholder": ""}
        style(self)

    def clean_code(self) -> str:
        with _guesses_counted(self.user), transaction.atomic():
            code: str = super().clean_code()
            use_up(self.authenticator, code)
        return code


class PasswordAgainForm(ReauthenticateForm):
    """The password, from whoever has no second factor. The sign-in's own back end counts what is guessed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs["placeholder"] = ""
        style(self)


class AppForm(ActivateTOTPForm):
    """The first code of an app that has read the picture."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label, field.help_text = _("Code that the app shows"), _("Six digits. They change every half minute.")
        field.widget.attrs |= {"inputmode": "numeric", "placeholder": ""}
        style(self)


class _PasskeyMixin:
    """What a browser sends of a passkey is JSON, and anybody can send any other."""

    def clean(self) -> Any:
        with _nonsense_refused():
            return super().clean()  # type: ignore[misc]  # it stands before a form


class _PasskeyAnswerMixin(_PasskeyMixin):
    def clean_credential(self) -> Authenticator:
        with _nonsense_refused():
            found: Authenticator = super().clean_credential()  # type: ignore[misc]  # it stands before a form
        return found


class PasskeyForm(_PasskeyAnswerMixin, AuthenticateWebAuthnForm):
    """A passkey as the second factor."""


class PasskeySignInForm(_PasskeyAnswerMixin, LoginWebAuthnForm):
    """A passkey in the place of name, password and second factor."""


class NewPasskeyForm(_PasskeyMixin, AddWebAuthnForm):
    """A passkey that a browser has just made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Each is made so that it signs in by itself.
        del self.fields["passwordless"]
        self.fields["name"] = forms.CharField(
            label=_("What you call it"),
            max_length=_LONGEST_NAME,
            required=False,
            help_text=_("By what you know it again, such as “Laptop” or “Key on my ring”."),
        )
        self.initial["name"] = ""
        style(self)

    def clean_name(self) -> str:
        return self.cleaned_data["name"].strip() or gettext("Passkey")


@contextmanager
def _guesses_counted(person: Any) -> Iterator[None]:
    """Refuse whoever has guessed too often, and count this guess if it is wrong."""
    request, credentials = context.request, {"username": person.get_username()}
    if not AxesProxyHandler.is_allowed(request, credentials):
        request.axes_locked_out = True
        raise ValidationError(gettext("Too many wrong codes. Wait for a quarter of an hour."))
    try:
        yield
    except ValidationError:
        user_login_failed.send(sender=__name__, credentials=credentials, request=request)
        raise


def use_up(factor: Authenticator, code: str) -> None:
    """
    Take a code of the app once.

    :raises ValidationError: if it was given before: whoever looks over a shoulder sees it for half a minute.
    """
    if factor.type != Authenticator.Type.TOTP:
        return
    row = Authenticator.objects.select_for_update().get(pk=factor.pk)
    now, normal = timezone.now().timestamp(), normalize_user_code(code)
    used = {given: until for given, until in row.data.get("used", {}).items() if until > now}
    if normal in used:
        raise FactorAdapter().validation_error("incorrect_code")
    row.data["used"] = used | {normal: now + _USED_FOR_SECONDS}
    row.save(update_fields=["data"])


@contextmanager
def _nonsense_refused() -> Iterator[None]:
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise FactorAdapter().validation_error("incorrect_code") from error
