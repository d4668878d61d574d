"""What the vendor signs its events with. A secret is shown once, by the page that answers its making."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from storecredit.audit.operations import ActivityKind
from storecredit.backoffice.changes.forms import ask
from storecredit.backoffice.changes.subjects import state_of
from storecredit.backoffice.kit import (
    AuditedAdmin,
    Change,
    Colours,
    ConfirmStep,
    Fact,
    Facts,
    Head,
    LoggedStep,
    Outcome,
    PageMixin,
    Review,
    ShortListMixin,
    Shown,
    moment,
    moment_cell,
    moment_text,
    staff_actor,
    state_tag,
    test_tag,
    words_cell,
)
from storecredit.backoffice.models import ChangeKind
from storecredit.checkouts.operations import add_webhook_secret, retire_webhook_secret
from storecredit.checkouts.queries import WebhookSecret, has_full_length

STATE_COLOURS = Colours(
    {
        _("Works"): "success",
        _("Works, too short"): "warning",
        _("Waits"): "warning",
        _("Retired"): "",
    }
)
_MANAGE = "checkouts.manage_webhook_secrets"
_GENERATED_BYTES = 32


class SecretForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no argument at run time
    secret = forms.CharField(
        label=_("Secret"),
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_(
            "The one that the vendor shows for its webhook, of 32 characters or more. Empty: one is drawn here, "
            "to be given to the vendor."
        ),
    )

    class Meta:
        model = WebhookSecret
        fields = ["label", "test_mode"]
        widgets = {"test_mode": UnfoldBooleanSwitchWidget}
        help_texts = {
            "label": _("Where it is used, such as the name of the webhook."),
            "test_mode": _("Events that are signed with it move test money."),
        }


class RetireSecret(LoggedStep):
    slug, label, icon, permission, danger = "retire", _("Retire"), "key_off", _MANAGE, True
    activity = ActivityKind.SECRET_CHANGED
    explanation = _("Events that are signed with it are refused from now on. It cannot be undone: make another secret.")

    def refusal(self) -> str:
        return gettext("it is retired.") if self.target.retired_at else ""

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        retire_webhook_secret(secret_id=self.target.pk, actor=self.actor, now=now)
        works = {"test_mode": self.target.test_mode, "retired_at__isnull": True, "waits": False}
        left = WebhookSecret.objects.filter(**works).count()
        return Outcome(
            review=Review(
                changes=[Change(gettext("Secrets that work"), str(left + (not self.target.waits)), str(left))],
                facts=[Fact(gettext("Secret"), self.target.label), Fact(gettext("Why"), data["why"])],
            ),
            url=self.admin.page_url(self.target),
            message=gettext("%(secret)s is retired.") % {"secret": self.target.label},
        )


@admin.register(WebhookSecret)
class WebhookSecretAdmin(PageMixin, ShortListMixin, AuditedAdmin):
    form = SecretForm
    list_display = ["label", "shown_state", "made", "retired", "mode"]
    list_filter = ["test_mode"]
    search_fields = ["label"]
    search_help_text = _("Label")
    exported = {
        "made": [moment_cell("created_at"), words_cell(_("Made by"), lambda secret: secret.actor_label)],
        "retired": [moment_cell("retired_at"), words_cell(_("Retired by"), lambda secret: secret.retired_by)],
    }
    ordering = ["-created_at", "pk"]
    page_template = "backoffice/facts_page.html"
    steps: ClassVar[Sequence[type[ConfirmStep]]] = (RetireSecret,)
    fieldsets = [
        (
            None,
            {
                "fields": ["label", "secret", "test_mode"],
                "description": _(
                    "Two work at a time: add the new one, let the vendor sign with it, retire the old one. One for "
                    "real orders works once a second administrator has agreed: whoever knows it is the vendor."
                ),
            },
        )
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.has_perm(_MANAGE))

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def create(self, form: Any, request: HttpRequest) -> Model:
        data = form.cleaned_data
        plain = data["secret"] or f"whsec_{secrets.token_urlsafe(_GENERATED_BYTES)}"
        made = add_webhook_secret(
            secret=plain,
            label=data["label"],
            test_mode=data["test_mode"],
            waits=not data["test_mode"],
            actor=staff_actor(request),
            now=timezone.now(),
        )
        if made.waits:
            stands = state_of(ChangeKind.SECRET, made)
            ask(
                request,
                kind=ChangeKind.SECRET,
                subject_id=str(made.pk),
                label=made.label,
                before=stands,
                after=stands | {"believed": True},
            )
        request.plain_secret = plain  # type: ignore[attr-defined]  # the request carries it to the page
        return made

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """The one page that ever shows a secret: an answer to a POST, which no cache may keep."""
        messages.success(request, gettext("%(secret)s is added.") % {"secret": obj.label})
        context = self.page_frame(request, obj)
        context |= {
            "title": gettext("The new secret"),
            "plain": request.plain_secret,  # type: ignore[attr-defined]  # `create` put it there
            "back_url": self.page_url(obj),
        }
        return TemplateResponse(request, "backoffice/checkouts/webhook_secret_once.html", context)

    def page_context(self, request: HttpRequest, target: WebhookSecret) -> dict[str, Any]:
        retired = ""
        if target.retired_at:
            retired = format_html(
                gettext("{moment} by {person}"), moment=moment(target.retired_at), person=target.retired_by
            )
        tags: list[Shown] = [state_tag(_state_of(target), STATE_COLOURS), test_tag(target.test_mode)]
        return {
            "head": Head(
                title=target.label,
                tags=tags,
                about=[
                    format_html(gettext("Since {moment}"), moment=moment(target.created_at)),
                    self.log_link(target, gettext("Changes")),
                ],
            ),
            "facts": Facts(
                "",
                [
                    (gettext("Made by"), target.actor_label),
                    (
                        gettext("Signs events of"),
                        gettext("the test mode") if target.test_mode else gettext("real orders"),
                    ),
                    (gettext("Secret"), gettext("kept as ciphertext, and shown to nobody")),
                    (gettext("Retired"), retired),
                ],
            ),
        }

    @display(description=_("State"), label=STATE_COLOURS)
    def shown_state(self, secret: WebhookSecret) -> str:
        return _state_of(secret)

    @display(description=_("Made"), header=True)
    def made(self, secret: WebhookSecret) -> list[str]:
        return [moment_text(secret.created_at), secret.actor_label]

    @display(description=_("Retired"), header=True)
    def retired(self, secret: WebhookSecret) -> list[str]:
        return [moment_text(secret.retired_at), secret.retired_by] if secret.retired_at else ["–", ""]

    @display(description="")
    def mode(self, secret: WebhookSecret) -> str:
        return test_tag(secret.test_mode)


def _state_of(secret: WebhookSecret) -> str:
    if secret.retired_at:
        return gettext("Retired")
    if secret.waits:
        return gettext("Waits")
    return gettext("Works") if has_full_length(secret) else gettext("Works, too short")
