"""A batch is planned, and its codes are taken out: once, as a file or as a sheet to print."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from giftcards.operations import LARGEST_BATCH, plan_batch, take_batch_codes
from giftcards.queries import BatchStatus, CardBatch
from ledger.errors import DomainError
from ledger.money import plain
from ledger.operations import Funding
from ledger.spreadsheet import list_csv_lines
from ledger.wording import amount_text
from storecredit.audit.operations import ActivityKind
from storecredit.backoffice.approvals.limited_steps import LimitedStep
from storecredit.backoffice.approvals.steps import ASK, person_of
from storecredit.backoffice.approvals.ways_out import is_above_limit, leave_to_another, leave_to_who_asks, wait
from storecredit.backoffice.cards.steps.approving import approvers_words
from storecredit.backoffice.cards.steps.codes import qr_svg
from storecredit.backoffice.cards.steps.forms import FundingMixin, currency_choices, set_choices
from storecredit.backoffice.cards.words import group_code, restrictions
from storecredit.backoffice.kit import (
    AmountField,
    Change,
    CountField,
    DomainForm,
    Fact,
    LoggedStep,
    Outcome,
    Review,
    WhyForm,
    amount_of,
    audit,
    confirmation_mark,
    day_field,
    day_text,
    kept_in_records,
    number_text,
)
from storecredit.credits.errors import DayIssueLimitExceeded, IssueLimitExceeded
from storecredit.credits.queries import get_ceiling

#: So many labels a browser lays out for printing without effort.
LARGEST_SHEET = 500
_FORMATS = {"csv": _("A file for the printer (CSV)"), "sheet": _("A sheet of labels with QR codes, to print now")}
_COLUMNS = ("place", "code", "account", "amount", "currency", "good_through")

#: Place in the batch, account number, plain code.
TakenCode = tuple[int, str, str]


class PlanForm(FundingMixin, DomainForm):
    error_fields = {
        "batch_name_taken": "name",
        "batch_size_out_of_range": "size",
        "amount_not_positive": "amount",
        "amount_not_exact": "amount",
        "amount_too_large": "amount",
        "expiry_not_later": "good_through",
        "day_out_of_range": "good_through",
        "currency_unknown": "amount",
        "issue_limit_exceeded": "amount",
        "day_issue_limit_exceeded": "amount",
    }

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("What staff will know the batch by, such as “Christmas 2026”.")
    )
    size = CountField(
        label=_("Number of cards"),
        min_value=1,
        max_value=LARGEST_BATCH,
    )
    amount = AmountField(max_digits=15, label=_("Value of each card"))
    note = forms.CharField(required=False, max_length=500, label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))
    good_through = day_field(_("Good through"), _("The last day on which the cards can be spent. Empty: for ever."))
    reloadable = forms.BooleanField(required=False, initial=True, label=_("Can be reloaded"))
    must_redeem_whole = forms.BooleanField(required=False, label=_("Must be spent in one piece"))
    test_mode = forms.BooleanField(
        required=False,
        label=_("Test cards"),
        help_text=_("For trying things out: they can be spent by test keys alone."),
    )
    field_order = ["name", "size", "amount", "funding", "note", "good_through"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        amount_of(self).offer(currency_choices())
        self.fields["size"].help_text = gettext("At most %(count)s.") % {"count": number_text(LARGEST_BATCH)}


class PlanBatch(LimitedStep):
    """
    A new batch; its target is the batch that is not there yet. Its name is what makes it once.

    Each card keeps to the shop's ceiling. What all together are worth one person gives up to their limit; above it none
    is made before somebody else approves the batch.
    """

    slug, label, icon, permission = "add", _("Plan a batch"), "add", "giftcards.add_cardbatch"
    form_class = PlanForm
    explanation = _("Many cards of one value. Once the batch is planned, its page makes them.")
    is_card_too_much = False

    def explain(self) -> str:
        ceiling = amount_text(get_ceiling(currency=settings.DEFAULT_CURRENCY))
        told = gettext(
            "A card holds at most %(ceiling)s, or as much in another currency. If all together are worth more than "
            "%(limits)s, none is made before somebody else has approved the batch."
        )
        return f"{super().explain()} {told % {'ceiling': ceiling, 'limits': self.limit_words()}}"

    def perform(self, data: dict[str, Any], token: str, now: datetime) -> Outcome:
        each: Money = data["amount"]
        ceiling = get_ceiling(currency=each.currency.code)
        self.is_card_too_much = each > ceiling
        self.require_at_most(each, ceiling)
        limit, day_limit = self._limits_exceeded(each * data["size"], test_mode=data["test_mode"], now=now)
        waits = limit is not None or day_limit is not None
        user: Any = self.request.user
        if limit is not None and not user.has_perm(ASK):
            raise IssueLimitExceeded(amount=each * data["size"], limit=limit)
        if day_limit is not None and not user.has_perm(ASK):
            raise DayIssueLimitExceeded(amount=each * data["size"], limit=day_limit)
        batch = plan_batch(
            name=data["name"],
            amount=data["amount"],
            size=data["size"],
            actor=self.actor,
            now=now,
            expires_on=data["good_through"],
            funding=Funding(data["funding"]),
            must_redeem_whole=data["must_redeem_whole"],
            reloadable=data["reloadable"],
            test_mode=data["test_mode"],
            planned_by_id=person_of(self.request),
            waits=waits,
        )
        with kept_in_records():
            said = ngettext("Planned %(count)s card.", "Planned %(count)s cards.", batch.size)
            said = said % {"count": number_text(batch.size)}
        audit(self.request, batch, f"{said} {data['note']}".strip(), mark=confirmation_mark(token))
        facts = [
            Fact(
                gettext("Cards"),
                gettext("%(count)s of %(amount)s each")
                % {"count": number_text(batch.size), "amount": amount_text(batch.amount)},
            ),
            Fact(gettext("Worth together"), amount_text(batch.amount * batch.size)),
            Fact(gettext("Who pays"), str(Funding(batch.funding).label)),
            Fact(gettext("Good through"), day_text(batch.expires_on)),
        ]
        if limit is not None:
            told = gettext("It is worth more than your limit of %(limit)s: no card is made before it is approved.")
            facts.append(Fact(gettext("Above your limit"), told % {"limit": amount_text(limit)}))
        elif day_limit is not None:
            told = gettext(
                "With what you gave today it is more than your limit of %(limit)s a day: no card is made before it is "
                "approved."
            )
            facts.append(Fact(gettext("Above your limit"), told % {"limit": amount_text(day_limit)}))
        if waits:
            facts += [
                Fact(gettext("Who can approve it"), approvers_words(batch)),
            ]
        facts += [Fact(gettext("But"), "\n".join(restrictions(batch)))] if restrictions(batch) else []
        facts += [Fact(gettext("Test"), gettext("these are test cards"))] if batch.test_mode else []
        facts += [Fact(gettext("Why"), data["note"])] if data["note"] else []
        return Outcome(
            review=Review(changes=[Change(gettext("Batch"), "–", batch.name)], facts=facts),
            url=batch_url(batch.pk),
            message=gettext("Batch %(batch)s is planned.") % {"batch": batch.name},
        )

    def ways_out(self, error: DomainError | None, data: dict[str, Any]) -> list[SafeString]:
        # Of one card the shop's ceiling holds for everybody.
        if self.is_card_too_much or not is_above_limit(error):
            return []
        return [*leave_to_who_asks(self.request, self.permission), *wait(error)] or leave_to_another()

    def _limits_exceeded(self, whole: Money, *, test_mode: bool, now: datetime) -> tuple[Money | None, Money | None]:
        """The limit at once and that of the day that all cards together are above; test cards are above none."""
        if test_mode:
            return None, None
        return self.exceeded(whole), self.exceeded_in_day(whole, test_mode=False, now=now)

    def find_done(self, token: str) -> str | None:
        done = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(CardBatch), change_message__endswith=confirmation_mark(token)
        ).first()
        return batch_url(done.object_id) if done else None


class TakeForm(WhyForm):
    as_what = forms.ChoiceField(label=_("As"), choices=())
    field_order = ["as_what", "why"]


class TakeCodes(LoggedStep):
    slug, label, icon, permission, danger = (
        "take-codes",
        _("Take out the codes"),
        "download",
        "giftcards.take_codes",
        True,
    )
    activity = ActivityKind.CODE_REVEALED
    form_class = TakeForm
    explanation = _(
        "For whoever prints the cards. The codes come out once, in this browser: keep the file as you would keep the "
        "money. That you took them stands in the history of the batch and of each card."
    )

    def refusal(self) -> str:
        batch: CardBatch = self.target
        if batch.status != BatchStatus.READY:
            return gettext("its cards are not all made yet.")
        if batch.codes_taken_at is not None:
            return gettext("%(person)s took them out on %(day)s.") % {
                "person": batch.codes_taken_by,
                "day": day_text(batch.codes_taken_at.date()),
            }
        return ""

    def make_form(self, data: QueryDict | None = None) -> DomainForm:
        form = TakeForm(data)
        printable = ["csv", "sheet"] if self.target.size <= LARGEST_SHEET else ["csv"]
        set_choices(form, "as_what", [(name, str(_FORMATS[name])) for name in printable])
        return form

    def preview(self, data: dict[str, Any], token: str, now: datetime) -> Outcome:
        return self._outcome(data)

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        codes = take_batch_codes(batch_id=self.target.pk, actor=self.actor, now=now, note=data["why"])
        return self._outcome(data, codes)

    def _outcome(self, data: dict[str, Any], codes: Iterable[TakenCode] = ()) -> Outcome:
        batch: CardBatch = self.target
        return Outcome(
            review=Review(
                changes=[Change(gettext("Codes"), gettext("in the safe"), gettext("taken out by you"))],
                facts=[
                    Fact(gettext("Batch"), batch.name),
                    Fact(
                        gettext("Cards"),
                        gettext("%(count)s of %(amount)s each")
                        % {"count": number_text(batch.size), "amount": amount_text(batch.amount)},
                    ),
                    Fact(gettext("As"), str(_FORMATS[data["as_what"]])),
                    Fact(gettext("Why"), data["why"]),
                ],
            ),
            url=batch_url(batch.pk),
            message=gettext("The codes are taken out."),
            record=(data["as_what"], codes),
        )

    def show_outcome(self, outcome: Outcome) -> HttpResponse:
        as_what, codes = outcome.record
        response = self._sheet(codes) if as_what == "sheet" else self._file(codes)
        response.headers["Cache-Control"] = "no-store"
        response.is_told = True  # type: ignore[attr-defined]  # by whom and why, with the step
        return response

    def _file(self, codes: Iterable[TakenCode]) -> HttpResponse:
        name = f"codes-{slugify(self.target.name) or self.target.pk}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        lines = _csv_lines(self.target, codes)
        # The stubs hold a streaming response for none that a view may return.
        response: Any = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
        return response

    def _sheet(self, codes: Iterable[TakenCode]) -> HttpResponse:
        batch: CardBatch = self.target
        context = {
            "title": gettext("Codes of %(batch)s") % {"batch": batch.name},
            "batch": batch,
            "value": amount_text(batch.amount),
            "good_through": day_text(batch.expires_on),
            "labels": [(group_code(code), account, qr_svg(code)) for _, account, code in codes],
            "back_url": batch_url(batch.pk),
        }
        return TemplateResponse(
            self.request, "backoffice/cards/sheet.html", self.admin.page_frame(self.request, batch) | context
        )


def batch_url(batch_id: object) -> str:
    return reverse("admin:giftcards_cardbatch_change", args=[batch_id])


def _csv_lines(batch: CardBatch, codes: Iterable[TakenCode]) -> Iterator[str]:
    amount = str(plain(batch.amount).amount)
    last_day = batch.expires_on.isoformat() if batch.expires_on else ""
    rows = ((place, code, account, amount, batch.currency, last_day) for place, account, code in codes)
    return list_csv_lines(chain([_COLUMNS], rows))
