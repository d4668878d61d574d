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
from django.utils.text import slugify
from moneyed import Money

from giftcards.operations import LARGEST_BATCH, plan_batch, take_batch_codes
from giftcards.queries import BatchStatus, CardBatch
from ledger.money import from_minor, plain
from ledger.operations import Funding
from ledger.spreadsheet import list_csv_lines
from ledger.wording import amount_text
from storecredit.backoffice.approvals.limited_steps import LimitedStep
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
)
from storecredit.credits.queries import get_ceiling

#: So many labels a browser lays out for printing without effort.
LARGEST_SHEET = 500
_FORMATS = {"csv": "A file for the printer (CSV)", "sheet": "A sheet of labels with QR codes, to print now"}
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
    }

    name = forms.CharField(max_length=120, help_text="What staff will know the batch by, such as “Christmas 2026”.")
    size = CountField(
        label="Number of cards", help_text=f"At most {LARGEST_BATCH:,}.", min_value=1, max_value=LARGEST_BATCH
    )
    amount = AmountField(max_digits=15, label="Value of each card")
    note = forms.CharField(required=False, max_length=500, label="Why", widget=forms.Textarea(attrs={"rows": 2}))
    good_through = day_field("Good through", "The last day on which the cards can be spent. Empty: for ever.")
    reloadable = forms.BooleanField(required=False, initial=True, label="Can be reloaded")
    must_redeem_whole = forms.BooleanField(required=False, label="Must be spent in one piece")
    test_mode = forms.BooleanField(
        required=False, label="Test cards", help_text="For trying things out: they can be spent by test keys alone."
    )
    field_order = ["name", "size", "amount", "funding", "note", "good_through"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        amount_of(self).offer(currency_choices())


class PlanBatch(LimitedStep):
    """
    A new batch; its target is the batch that is not there yet. Its name is what makes it once.

    Batches cannot be asked for: each card keeps to the shop's ceiling, and all together to the role's limit.
    """

    slug, label, icon, permission = "add", "Plan a batch", "add", "giftcards.add_cardbatch"
    form_class = PlanForm
    explanation = "Many cards of one value. A command makes them once the batch is planned; its page says which."

    def explain(self) -> str:
        limits = " or ".join(amount_text(limit) for limit in self.limits.values())
        ceiling = amount_text(get_ceiling(currency=settings.DEFAULT_CURRENCY))
        told = f"{super().explain()} A card holds at most {ceiling}"
        return f"{told}, and all together are worth at most {limits}." if limits else f"{told}, or its like."

    def perform(self, data: dict[str, Any], token: str, now: datetime) -> Outcome:
        each: Money = data["amount"]
        self.require_at_most(each, get_ceiling(currency=each.currency.code))
        if self.limits:
            nothing = from_minor(0, each.currency.code)
            self.require_at_most(each * data["size"], self.limits.get(each.currency.code, nothing))
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
        )
        audit(self.request, batch, f"Planned {batch.size:,} cards. {data['note']}".strip() + confirmation_mark(token))
        facts = [
            Fact("Cards", f"{batch.size:,} of {amount_text(batch.amount)} each"),
            Fact("Worth together", amount_text(batch.amount * batch.size)),
            Fact("Who pays", str(Funding(batch.funding).label)),
            Fact("Good through", day_text(batch.expires_on)),
        ]
        facts += [Fact("But", "\n".join(restrictions(batch)))] if restrictions(batch) else []
        facts += [Fact("Test", "these are test cards")] if batch.test_mode else []
        facts += [Fact("Why", data["note"])] if data["note"] else []
        return Outcome(
            review=Review(changes=[Change("Batch", "–", batch.name)], facts=facts),
            url=batch_url(batch.pk),
            message=f"Batch {batch.name} is planned.",
        )

    def find_done(self, token: str) -> str | None:
        done = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(CardBatch), change_message__endswith=confirmation_mark(token)
        ).first()
        return batch_url(done.object_id) if done else None


class TakeForm(WhyForm):
    as_what = forms.ChoiceField(label="As", choices=())
    field_order = ["as_what", "why"]


class TakeCodes(LoggedStep):
    slug, label, icon, permission, danger = "take-codes", "Take out the codes", "download", "giftcards.take_codes", True
    form_class = TakeForm
    explanation = (
        "For whoever prints the cards. The codes come out once, in this browser: keep the file as you would keep the "
        "money. That you took them stands in the history of the batch and of each card."
    )

    def refusal(self) -> str:
        batch: CardBatch = self.target
        if batch.status != BatchStatus.READY:
            return "its cards are not all made yet."
        if batch.codes_taken_at is not None:
            return f"{batch.codes_taken_by} took them out on {day_text(batch.codes_taken_at.date())}."
        return ""

    def make_form(self, data: QueryDict | None = None) -> DomainForm:
        form = TakeForm(data)
        printable = ["csv", "sheet"] if self.target.size <= LARGEST_SHEET else ["csv"]
        set_choices(form, "as_what", [(name, _FORMATS[name]) for name in printable])
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
                changes=[Change("Codes", "in the safe", "taken out by you")],
                facts=[
                    Fact("Batch", batch.name),
                    Fact("Cards", f"{batch.size:,} of {amount_text(batch.amount)} each"),
                    Fact("As", _FORMATS[data["as_what"]]),
                    Fact("Why", data["why"]),
                ],
            ),
            url=batch_url(batch.pk),
            message="The codes are taken out.",
            record=(data["as_what"], codes),
        )

    def show_outcome(self, outcome: Outcome) -> HttpResponse:
        as_what, codes = outcome.record
        response = self._sheet(codes) if as_what == "sheet" else self._file(codes)
        response.headers["Cache-Control"] = "no-store"
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
            "title": f"Codes of {batch.name}",
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
