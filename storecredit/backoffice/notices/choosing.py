"""What a person chooses for themselves: of what they get mail, and when."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import site
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from storecredit.backoffice.kit import style, tell_of_own
from storecredit.backoffice.kit.viewers import find_preferences
from storecredit.backoffice.models import NoticeChoice, Preferences


class NoticesForm(forms.ModelForm):  # type: ignore[type-arg]  # Django does not take it at run time
    """One choice for each kind of news."""

    notices_waiting = forms.ChoiceField(
        label=_("A request waits for your approval"),
        choices=NoticeChoice.choices,
        help_text=_("Only of requests that you may approve."),
    )
    notices_decided = forms.ChoiceField(label=_("What you asked for is decided"), choices=NoticeChoice.choices)
    notices_mentioned = forms.ChoiceField(label=_("A comment calls you"), choices=NoticeChoice.choices)

    class Meta:
        model = Preferences
        fields = ["notices_waiting", "notices_decided", "notices_mentioned"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style(self)


def change_notices(request: HttpRequest) -> HttpResponse:
    """The page on which a person chooses their own, and nobody else's."""
    user: Any = request.user
    form = NoticesForm(request.POST if request.method == "POST" else None, instance=find_preferences(user))
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            tell_of_own(request, form)
        messages.success(request, gettext("You are told like this from now on."))
        return HttpResponseRedirect(reverse("admin:notices"))
    context = {
        **site.each_context(request),
        "title": _("My notices"),
        "form": form,
        "address": user.email,
        "goes_out": settings.MAIL_GOES_OUT,
    }
    return TemplateResponse(request, "backoffice/notices/choose.html", context)
