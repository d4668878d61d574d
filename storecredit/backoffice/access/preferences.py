"""What a person chooses for themselves: the language and the time zone that pages are shown to them in."""

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

from ledger.days import TIME_ZONES
from storecredit.backoffice.kit import style, tell_of_own
from storecredit.backoffice.kit.viewers import find_preferences, shown_to
from storecredit.backoffice.models import Preferences

#: Those of cities; the others are their names of old, or offsets.
_ZONES = sorted({"UTC", *(name for name in TIME_ZONES if "/" in name and not name.startswith("Etc/"))})


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]  # Django does not take it at run time
    """What is left as it is offered follows the shop."""

    language = forms.ChoiceField(required=False, label=_("Language"))
    time_zone = forms.ChoiceField(
        required=False,
        label=_("Time zone"),
        help_text=_("Moments are shown in it. The days on which credit ends are the shop’s for everybody."),
    )

    class Meta:
        model = Preferences
        fields = ["language", "time_zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages: dict[str, str] = dict(settings.LANGUAGES)
        shops = {"name": languages[settings.DEFAULT_LANGUAGE], "zone": settings.TIME_ZONE}
        self.fields["language"].choices = [  # type: ignore[attr-defined]  # it is a ChoiceField
            ("", gettext("The shop’s: %(name)s") % shops),
            *languages.items(),
        ]
        self.fields["time_zone"].choices = [  # type: ignore[attr-defined]  # it is a ChoiceField
            ("", gettext("The shop’s: %(zone)s") % shops),
            *((name, name.replace("_", " ")) for name in _ZONES),
        ]
        style(self)


def change_preferences(request: HttpRequest) -> HttpResponse:
    """The page on which a person changes their own, and nobody else's."""
    chosen = find_preferences(request.user)
    form = PreferencesForm(request.POST if request.method == "POST" else None, instance=chosen)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            tell_of_own(request, form)
        with shown_to(chosen):
            messages.success(request, gettext("Pages are shown to you like this from now on."))
        return HttpResponseRedirect(reverse("admin:preferences"))
    context = {**site.each_context(request), "title": gettext("Language and time zone"), "form": form}
    return TemplateResponse(request, "backoffice/access/preferences.html", context)
