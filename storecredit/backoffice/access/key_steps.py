"""Making and ending keys. A key is shown once, by the page that answers its making, and kept nowhere."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from storecredit.api.models import ApiClient, ApiKey
from storecredit.api.operations import (
    MOST_KEYS,
    IssuedKey,
    Maker,
    revoke_all_api_keys,
    revoke_api_key,
    rotate_api_key,
)
from storecredit.audit.operations import ActivityKind
from storecredit.backoffice.changes.deciding import ask_change, waits_for
from storecredit.backoffice.changes.forms import change_url
from storecredit.backoffice.changes.keys import asks_for_two, is_agreed
from storecredit.backoffice.changes.subjects import state_of
from storecredit.backoffice.kit import (
    DASH,
    Change,
    DomainForm,
    Fact,
    LoggedStep,
    Outcome,
    Review,
    WhyForm,
    day_field,
    first_moment_after,
    moment,
)
from storecredit.backoffice.models import AccessChange, ChangeKind

#: When the old keys end, from the moment at which the new one is made; NEVER: when they would anyway.
_NEVER, _AT_ONCE = "", "0"
_ENDS = (
    (_AT_ONCE, _("at once")),
    ("1", _("after an hour")),
    ("24", _("after a day")),
    ("168", _("after 7 days")),
    ("720", _("after 30 days")),
    (_NEVER, _("when it expires or is revoked")),
)


_ASKED_FIRST = _(
    "Nobody owns this client, and it does more than look: whoever reads its key does all that it may. So another "
    "administrator agrees first. After that you issue the key here, within three days. A key that leaked is revoked "
    "at once, by one alone."
)


class RevokeForm(DomainForm):
    key = forms.ChoiceField(label=_("Which key"))
    why = forms.CharField(max_length=500, label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))


class IssueForm(WhyForm):
    """Until when the new key works, and the old ones."""

    valid_until = day_field(_("New key valid until"), _("The last day on which it works. Empty: until it is revoked."))
    old = forms.ChoiceField(
        label=_("Old key ends"),
        choices=_ENDS,
        required=False,
        help_text=_("The program has so long to change over. At most two keys work at once."),
    )

    field_order = ("valid_until", "old", "why")


class _KeyStep(LoggedStep):
    """Makes or ends keys: those who keep the clients do, and each client's owner."""

    permission = "api.change_apiclient"
    activity = ActivityKind.KEY_CHANGED
    target: ApiClient

    def is_permitted(self) -> bool:
        return self.target.owner_id == self.request.user.pk or super().is_permitted()

    def live_keys(self) -> list[ApiKey]:
        now = timezone.now()
        return [key for key in self.target.keys.order_by("pk") if is_live(key, now)]

    def outcome(self, before: int, after: int, facts: list[Fact], message: str, record: Any = None) -> Outcome:
        return Outcome(
            review=Review(
                changes=[Change(gettext("Keys that work"), str(before), str(after))],
                facts=[Fact(gettext("API client"), self.target.name), *facts],
            ),
            url=self.admin.page_url(self.target),
            message=message,
            record=record,
        )


class IssueKey(_KeyStep):
    slug, label, icon = "issue-key", _("Issue another key"), "key"
    form_class = IssueForm
    explanation = _("The new key works at once, and the old one beside it for as long as you say. It is shown once.")

    def refusal(self) -> str:
        owner = self.target.owner
        if owner is not None and owner.pk != self.request.user.pk:
            return gettext("it would speak for %(person)s, who alone makes it here, signed in, and reads it.") % {
                "person": owner.get_username()
            }
        if not self.target.active:
            return gettext("the client is switched off.")
        now = timezone.now()
        # Whoever read a key beforehand would alone do whatever is agreed to afterwards.
        if owner is None and not self.target.scopes and waits_for(ChangeKind.CLIENT, self.target.pk, now):
            return gettext("what the client may do waits for another administrator.")
        if self._asks() and waits_for(ChangeKind.KEY, self.target.pk, now):
            return gettext("who reads a new key waits for another administrator.")
        return ""

    def explain(self) -> str:
        return str(_ASKED_FIRST if self._asks() else self.explanation)

    def make_form(self, data: QueryDict | None = None) -> DomainForm:
        if self._asks():
            return WhyForm(data)
        old = self.live_keys()
        form = IssueForm(data, initial={"old": _AT_ONCE if len(old) >= MOST_KEYS else "168"})
        if not old:
            del form.fields["old"]
        return form

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        # One agreement gives one key: of two reviews at once the other sees the key that this one makes.
        self.target = ApiClient.objects.select_for_update(no_key=True, of=("self",)).get(pk=self.target.pk)
        if self._asks():
            return self._ask(data["why"], now)
        before = self.live_keys()
        ends = data.get("old", _NEVER)
        issued = rotate_api_key(
            name=self.target.name,
            now=now,
            expires_at=first_moment_after(data["valid_until"]),
            old_end_at=None if ends == _NEVER else now + timedelta(hours=int(ends)),
            maker=staff_maker(self.request),
        )
        facts = [
            Fact(gettext("New key valid until"), moment(issued.key.expires_at) or gettext("it is revoked")),
            *[Fact(gettext("%(key)s ends") % {"key": key}, str(dict(_ENDS)[ends])) for key in before],
            Fact(gettext("Why"), data["why"]),
        ]
        return self.outcome(len(before), len(self.live_keys()), facts, gettext("The key is issued."), issued)

    def _asks(self) -> bool:
        """Whether another administrator has to agree that this one reads a new key."""
        return asks_for_two(self.target) and not is_agreed(self.target, self.request.user, timezone.now())

    def _ask(self, why: str, now: datetime) -> Outcome:
        change = ask_change(
            kind=ChangeKind.KEY,
            subject_id=str(self.target.pk),
            label=self.target.name,
            before=state_of(ChangeKind.KEY, self.target),
            after={"reader_id": self.request.user.pk, "why": why},
            person=self.request.user,
            actor=self.actor,
            now=now,
        )
        return Outcome(
            review=Review(
                changes=[Change(gettext("Who reads a new key"), DASH, self.actor.label)],
                facts=[
                    Fact(gettext("API client"), self.target.name),
                    Fact(gettext("When"), gettext("once a second administrator has approved it")),
                ],
            ),
            url=change_url(change),
            message=gettext("Asked for: a second administrator decides."),
            record=change,
        )

    def log_text(self, data: dict[str, Any], outcome: Outcome) -> str:
        if isinstance(outcome.record, AccessChange):
            return gettext("Asked for another key: %(why)s") % {"why": data["why"]}
        return gettext("Issued %(key)s: %(why)s") % {"key": outcome.record.key, "why": data["why"]}

    def show_outcome(self, outcome: Outcome) -> HttpResponse:
        if isinstance(outcome.record, AccessChange):
            return super().show_outcome(outcome)
        return show_key(self.admin, self.request, outcome.record)


class RevokeKey(_KeyStep):
    slug, label, icon, danger = "revoke-key", _("Revoke a key"), "key_off", True
    form_class = RevokeForm
    explanation = _("The next request with this key is refused. It cannot be undone: issue another key instead.")

    def refusal(self) -> str:
        return "" if self.live_keys() else gettext("no key works any more.")

    def make_form(self, data: QueryDict | None = None) -> DomainForm:
        form = RevokeForm(data, initial={"key": self.request.GET.get("key", "")})
        form.fields["key"].choices = [(key.prefix, str(key)) for key in self.live_keys()]  # type: ignore[attr-defined]  # a choice field
        return form

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        before = len(self.live_keys())
        key = revoke_api_key(prefix=data["key"], now=now)
        facts = [Fact(gettext("Key"), str(key)), Fact(gettext("Why"), data["why"])]
        return self.outcome(before, len(self.live_keys()), facts, gettext("%(key)s is revoked.") % {"key": key}, key)

    def log_text(self, data: dict[str, Any], outcome: Outcome) -> str:
        return gettext("Revoked %(key)s: %(why)s") % {"key": outcome.record, "why": data["why"]}


class RevokeAllKeys(_KeyStep):
    slug, label, icon, danger = "revoke-all", _("Revoke all keys"), "block", True
    explanation = _("The next request of this program is refused, whichever key it uses.")

    def refusal(self) -> str:
        return "" if self.live_keys() else gettext("no key works any more.")

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        before = len(self.live_keys())
        revoke_all_api_keys(name=self.target.name, now=now)
        return self.outcome(before, 0, [Fact(gettext("Why"), data["why"])], gettext("All keys are revoked."))


def is_live(key: ApiKey, now: datetime) -> bool:
    """Whether the key itself works: its client may be switched off all the same."""
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > now)


def staff_maker(request: HttpRequest) -> Maker:
    """Whoever is signed in, as who makes a key and reads it."""
    person: Any = request.user
    return Maker(door="admin", person=person)


def show_key(model_admin: Any, request: HttpRequest, issued: IssuedKey) -> HttpResponse:
    """The one page that ever shows a key: an answer to a POST, which like every page in here no cache may keep."""
    messages.success(request, gettext("A key for %(client)s is issued.") % {"client": issued.client.name})
    context = model_admin.page_frame(request, issued.client)
    context |= {"title": gettext("The new key"), "issued": issued, "back_url": model_admin.page_url(issued.client)}
    return TemplateResponse(request, "backoffice/access/api_key_once.html", context)
