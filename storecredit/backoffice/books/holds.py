from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from ledger.money import from_minor
from ledger.operations import release_hold
from ledger.queries import Hold, HoldStatus, get_account_balance, list_numbered
from storecredit.backoffice.checkouts.rows import links_of_hold
from storecredit.backoffice.checkouts.waiting import origins_of_hold
from storecredit.backoffice.kit import (
    DASH,
    Colours,
    Fact,
    Facts,
    FoundByMixin,
    Head,
    LoggedStep,
    Outcome,
    PageMixin,
    ReadOnlyAdmin,
    Review,
    as_shown,
    minor_cells,
    moment,
    moment_cell,
    moment_text,
    money_cells,
    money_text,
    phrase,
    state_tag,
)
from storecredit.backoffice.kit.rows import (
    account_link,
    customer_link,
    door_text,
    entry_link,
    freed_changes,
    hold_facts,
    left_of,
    who_text,
)

STATUS_COLOURS = Colours(
    {
        HoldStatus.OPEN.label: "info",
        HoldStatus.CAPTURED.label: "success",
        HoldStatus.RELEASED.label: "",
        HoldStatus.EXPIRED.label: "warning",
    }
)


class ReleaseHold(LoggedStep):
    slug, label, icon, permission = "release", _("Release"), "lock_open", "ledger.release_hold"
    danger = True
    explanation = _(
        "The credit can be spent again. A checkout that counts on this hold will fail, so release it only if that "
        "checkout is over."
    )

    def refusal(self) -> str:
        if self.target.status != HoldStatus.OPEN:
            return gettext("the hold is %(status)s.") % {"status": self.target.get_status_display().lower()}
        # What a checkout has set aside is let go there, where its source is cancelled with it.
        links = links_of_hold(self.target)
        return (
            gettext("it is set aside for %(place)s: release it on that page.") % {"place": links[0].label}
            if links
            else ""
        )

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        account = self.target.account
        before = get_account_balance(account_id=account.pk, now=now)
        hold = release_hold(hold_id=self.target.pk, actor=self.actor, now=now)
        after = get_account_balance(account_id=account.pk, now=now)
        return Outcome(
            review=Review(
                changes=freed_changes(before, after),
                facts=[Fact(gettext("Account"), account.number), Fact(gettext("Why"), data["why"])],
            ),
            url=self.admin.page_url(hold),
            message=gettext("The hold is released."),
        )

    def others(self, outcome: Outcome) -> list[Model]:
        return [self.target.account]


@admin.register(Hold)
class HoldAdmin(FoundByMixin, PageMixin, ReadOnlyAdmin):
    list_display = ["account_number", "holder", "amount", "left", "shown_status", "until", "reference", "who"]
    list_display_links = ["account_number"]
    list_filter = ["status", "account__test_mode"]
    search_fields = ["reference"]
    search_help_text = _("Reference, account or customer number: whole")
    exported = {
        "amount": [minor_cells("amount_minor", "account.currency")],
        "left": [money_cells(lambda hold: from_minor(hold.amount_minor - hold.captured_minor, hold.account.currency))],
        "until": [moment_cell("expires_at")],
        "who": [as_shown(_("Who")), as_shown(_("Door"))],
    }
    ordering = ["-pk"]
    page_template = "backoffice/facts_page.html"
    steps = (ReleaseHold,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("account__customer")

    def list_ways(self, text: str) -> list[QuerySet[Any]]:
        of_customer = Hold.objects.filter(account__customer__in=list_numbered(number=text))
        return [Hold.objects.filter(reference=text), Hold.objects.filter(account__number=text), of_customer]

    def page_context(self, request: HttpRequest, target: Hold) -> dict[str, Any]:
        captures = [entry_link(entry) for entry in target.captures.order_by("number")]
        ended = ""
        if target.closed_at:
            ended = format_html(
                gettext("{moment} by {person}"), moment=moment(target.closed_at), person=target.closed_by
            )
        return {
            "head": Head(
                title=gettext("%(left)s held") % {"left": left_of(target)},
                tags=[state_tag(target.get_status_display(), STATUS_COLOURS)],
                about=[
                    format_html(gettext("Since {moment}"), moment=moment(target.created_at)),
                    customer_link(target.account.customer),
                    account_link(target.account),
                ],
                is_test=target.account.test_mode,
            ),
            "facts": Facts(
                "",
                [
                    *hold_facts(target, timezone.now()),
                    (gettext("Reference"), target.reference or DASH),
                    (gettext("Set aside for"), phrase(*origins_of_hold(request, target), between=", ")),
                    (gettext("Who"), who_text(target)),
                    (gettext("Spent by"), phrase(*captures, between=", ")),
                    (gettext("Ended"), ended),
                    (gettext("Changes"), self.log_link(target, gettext("Who did what to this hold"))),
                ],
            ),
        }

    @display(description=_("Account"))
    def account_number(self, hold: Hold) -> str:
        return hold.account.number

    @display(description=_("Customer"))
    def holder(self, hold: Hold) -> str:
        return hold.account.customer.display_name if hold.account.customer else gettext("Bearer")

    @display(description=_("Amount"))
    def amount(self, hold: Hold) -> str:
        return money_text(hold.amount_minor, hold.account.currency)

    @display(description=_("Left"))
    def left(self, hold: Hold) -> str:
        return left_of(hold)

    @display(description=_("Status"), label=STATUS_COLOURS)
    def shown_status(self, hold: Hold) -> str:
        return hold.get_status_display()

    @display(description=_("Until"))
    def until(self, hold: Hold) -> str:
        return moment_text(hold.expires_at)

    @display(description=_("Who"), header=True)
    def who(self, hold: Hold) -> list[str]:
        return [hold.actor_label, door_text(hold.door)]
