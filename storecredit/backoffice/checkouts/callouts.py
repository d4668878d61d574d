"""Credit set aside for checkouts that run at the vendor."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from ledger.queries import Hold, HoldStatus
from storecredit.backoffice.checkouts.releasing import ReleaseStuckHold
from storecredit.backoffice.kit import (
    Colours,
    ConfirmStep,
    Facts,
    FoundByMixin,
    Head,
    PageMixin,
    ReadOnlyAdmin,
    minor_cells,
    moment,
    moment_cell,
    moment_text,
    money_text,
    state_tag,
    test_tag,
)
from storecredit.backoffice.kit.rows import account_link, hold_facts, hold_link, left_of, who_text
from storecredit.checkouts.queries import CalloutHold

_HOLD_COLOURS = Colours(
    {
        HoldStatus.OPEN.label: "info",
        HoldStatus.CAPTURED.label: "success",
        HoldStatus.RELEASED.label: "",
        HoldStatus.EXPIRED.label: "warning",
    }
)


class ReleaseCalloutHold(ReleaseStuckHold):
    explanation = _(
        "The credit can be spent again at once. If the checkout at the vendor is ordered all the same, its credit is "
        "taken from what is then available, and a shortfall may be left."
    )

    def list_holds(self, now: datetime) -> list[Hold]:
        hold = Hold.objects.filter(pk=self.target.hold_id, status="OPEN", expires_at__gt=now)
        return list(hold.select_related("account"))


@admin.register(CalloutHold)
class CalloutHoldAdmin(FoundByMixin, PageMixin, ReadOnlyAdmin):
    list_display = ["session_id", "account_number", "amount", "shown_status", "until", "changed", "mode"]
    list_filter = ["hold__status", "test_mode"]
    search_fields = ["session_id"]
    search_help_text = _("Session or account number: whole")
    exported = {
        "amount": [minor_cells("hold.amount_minor", "account.currency")],
        "until": [moment_cell("hold.expires_at")],
        "changed": [moment_cell("updated_at")],
    }
    ordering = ["-pk"]
    page_template = "backoffice/facts_page.html"
    steps: ClassVar[Sequence[type[ConfirmStep]]] = (ReleaseCalloutHold,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("hold__account", "account")

    def list_ways(self, text: str) -> list[QuerySet[Any]]:
        return [CalloutHold.objects.filter(session_id=text), CalloutHold.objects.filter(account__number=text)]

    def page_context(self, request: HttpRequest, target: CalloutHold) -> dict[str, Any]:
        hold = target.hold
        why = (
            gettext("by %(person)s: %(why)s") % {"person": target.released_by, "why": target.released_why}
            if target.released_why
            else ""
        )
        return {
            "title": gettext("Session %(session)s") % {"session": target.session_id},
            "head": Head(
                title=gettext("%(left)s set aside") % {"left": left_of(hold)},
                tags=[state_tag(hold.get_status_display(), _HOLD_COLOURS)],
                about=[
                    gettext("A checkout at the vendor"),
                    account_link(target.account),
                    hold_link(hold),
                    self.log_link(target),
                ],
                is_test=target.test_mode,
            ),
            "facts": Facts(
                "",
                [
                    (gettext("Session"), target.session_id),
                    *hold_facts(hold, timezone.now()),
                    (gettext("First asked"), moment(target.created_at)),
                    (gettext("Last change"), moment(target.updated_at)),
                    (gettext("Who"), who_text(hold)),
                    (gettext("Released"), why),
                ],
            ),
        }

    @display(description=_("Account"))
    def account_number(self, callout: CalloutHold) -> str:
        return callout.account.number

    @display(description=_("Set aside"))
    def amount(self, callout: CalloutHold) -> str:
        return money_text(callout.hold.amount_minor, callout.account.currency)

    @display(description=_("Status"), label=_HOLD_COLOURS)
    def shown_status(self, callout: CalloutHold) -> str:
        return callout.hold.get_status_display()

    @display(description=_("Until"))
    def until(self, callout: CalloutHold) -> str:
        return moment_text(callout.hold.expires_at)

    @display(description=_("Last asked"))
    def changed(self, callout: CalloutHold) -> str:
        return moment_text(callout.updated_at)

    @display(description="")
    def mode(self, callout: CalloutHold) -> str:
        return test_tag(callout.test_mode)
