"""Actions that are in no table of steps, of forms or of lists: each says how it is carried out."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.urls import reverse

from giftcards.models import CardState, GiftCard
from giftcards.operations import change_recipient
from ledger.models import BookRules, Reason
from ledger.operations import Why
from storecredit.backoffice.access.roles import ROLES
from storecredit.backoffice.models import ImportRun
from storecredit.checkouts.models import CheckoutRules
from storecredit.credits.operations import CustomerRequestKind, Order, approve_about_customer
from storecredit.finance.models import FindingState, GeneralLedgerAccount, GeneralLedgerRule, RunKind
from storecredit.finance.operations import explain_finding
from tests.backoffice.activity.deeds import Deed, address, confirm, open_page, root, send, take
from tests.backoffice.imports.files import columns_of, go_on, map_columns, send_file, upload
from tests.backoffice.imports.stage import CARDS, checked
from tests.backoffice.staff import Staff, step_url
from tests.credits.requests import given_limit, given_policy, given_request
from tests.factories.api import IssuedKeyFactory
from tests.factories.backoffice import CommentFactory
from tests.factories.credits import (
    ApproverLimitFactory,
    CustomerRequestFactory,
    IssueCeilingFactory,
    IssueLimitFactory,
    PartyFactory,
)
from tests.factories.finance import JournalExportFactory, ReconciliationFindingFactory
from tests.factories.giftcards import CardBatchFactory
from tests.factories.people import SavedFilterFactory, UserFactory
from tests.giftcards.cards import given_card, given_card_in, row_of
from tests.scenarios import NOW, STAFF, days, entries_of, given_account, given_credit, given_customer


def everything(**fields: Any) -> Staff:
    """Whose shop it is, and who has every role."""
    return Staff(*ROLES, username="proprietor", **fields)


def at_page(target: Any, slug: str, how: Any = confirm, staff: Callable[[], Staff] = root, **data: Any) -> Deed:
    """What is done on the page of an object."""
    return Deed(staff(), step_url(target, slug), data, how, target)


# Customers, and requests about them


def edits_a_customer() -> Deed:
    data: dict[str, Any] = {"entity_type": "customer", "status": "active", "first_name": "Augusta", "last_name": "King"}
    return at_page(given_customer(first_name="Ada", last_name="King"), "edit", send, **data)


def _about_customer(slug: str, *, is_done: bool = False, **data: Any) -> Deed:
    person, other = given_customer(), given_customer()
    given_credit("5.00 GBP", customer=person)
    staff, asker = everything(), UserFactory.create()
    asked_by = PartyFactory.create(person=staff.user if slug == "cancel" else asker)
    request = CustomerRequestFactory.create(customer=person, other=other, party=asked_by)
    if is_done:
        carol = UserFactory.create(permissions=["credits.decide_about_customer"])
        given_limit(carol, "10.00 GBP")
        approve_about_customer(request_id=request.pk, party=PartyFactory.create(person=carol), now=NOW)
    given_limit(staff.user, "10.00 GBP")
    return Deed(staff, step_url(request, slug), data, confirm, request)


def approves_anonymity() -> Deed:
    staff, person = everything(), given_customer()
    request = CustomerRequestFactory.create(
        kind=CustomerRequestKind.ANONYMISE, customer=person, other=None, note="they asked"
    )
    return Deed(staff, step_url(request, "approve"), {}, confirm, request)


def _comment_on(target: Any) -> Deed:
    return at_page(target, "comment", send, text="She rang")


def _withdrawal_on(**about: Any) -> Deed:
    staff = root()
    fields = {"customer": None} | about
    comment = CommentFactory.create(**fields, author=staff.user)
    [target] = about.values()
    return Deed(staff, address(target, "withdraw", target.pk, comment.pk), {}, send, target)


# Lists


def keeps_a_filter(model: str, query: str) -> Deed:
    return Deed(root(), reverse(f"admin:{model}_save_filter"), {"name": "Mine", "query": query}, send)


def forgets_a_filter(model: str) -> Deed:
    staff = root()
    saved = SavedFilterFactory.create(owner=staff.user, list=model.replace("_", ".", 1))
    return Deed(staff, reverse(f"admin:{model}_delete_filter", args=[saved.pk]), {}, send)


def takes_own_requests_out() -> Deed:
    return Deed(everything(), reverse("admin:credits_creditrequest_mine_export"), {"format": "csv"}, take)


def _on_cards(slug: str, *cards: GiftCard, **data: Any) -> Deed:
    chosen = {"row": [card.pk.hex for card in cards]} | data
    return Deed(root(), reverse(f"admin:giftcards_giftcard_{slug}-many"), chosen, confirm, cards[0])


def sends_many_codes() -> Deed:
    card = row_of(given_card())
    change_recipient(card_id=card.pk, name="", email="ada@example.com", actor=STAFF, now=NOW, why=Why(note="given"))
    return _on_cards("send", card, language="en", why="A present")


def _on_requests(slug: str) -> Deed:
    staff = everything()
    given_limit(staff.user, "100.00 USD")
    customer = given_customer()
    request = given_request("20.00 USD", kind="STORE_CREDIT", attributes={"customerId": customer.number}, order=Order())
    data: dict[str, Any] = {"row": [f"{request.pk.hex}:{request.version}"], "note": "at month's end"}
    return Deed(staff, reverse(f"admin:credits_creditrequest_{slug}-many"), data, send, request)


# Access, limits and settings


def edits_a_client() -> Deed:
    client = IssuedKeyFactory.create().client
    data: dict[str, Any] = {"scopes": [], "rate": "90/min", "miss_limit": client.miss_limit or "9/h", "active": "on"}
    return at_page(client, "edit", send, **data)


def edits_a_person() -> Deed:
    person = UserFactory.create(username="bob", email="bob@example.com")
    data: dict[str, Any] = {"username": "bob", "email": "robert@example.com", "is_active": "on", "first_name": "Bob"}
    return at_page(person, "change", send, **data)


def edits_a_role() -> Deed:
    role = Group.objects.create(name="Night shift")
    return at_page(role, "change", send, name="Day shift", permissions=[])


def _administrator() -> Staff:
    return Staff("Administrator")


def edits_a_policy() -> Deed:
    policy = given_policy("USD", auto="20.00", second="50.00")
    data: dict[str, Any] = {"currency": "USD", "auto_approve_up_to": "10", "second_approval_above": "50"}
    return at_page(policy, "change", send, _administrator, **data)


def edits_a_limit() -> Deed:
    limit = IssueLimitFactory.create()
    return at_page(limit, "change", send, _administrator, amount="1", currency=limit.currency, group=limit.group_id)


def edits_a_ceiling() -> Deed:
    ceiling = IssueCeilingFactory.create(currency="ZAR")
    return at_page(ceiling, "change", send, _administrator, amount="1", currency=ceiling.currency)


def edits_an_approvers_limit() -> Deed:
    limit = ApproverLimitFactory.create()
    data: dict[str, Any] = {"user": limit.user_id, "currency": limit.currency, "per_request": "1", "per_day": "1"}
    return at_page(limit, "change", send, _administrator, **data)


def _deletes(target: Any, staff: Callable[[], Staff] = _administrator) -> Deed:
    return at_page(target, "delete", send, staff, post="yes")


def edits_a_reason() -> Deed:
    reason = Reason.objects.get(pk="GW")
    data: dict[str, Any] = {
        "label": "Kindness",
        "active": "on",
        "funding": reason.funding,
        "counter_account": reason.counter_account,
    }
    return at_page(reason, "change", send, **data)


def edits_the_rules_of_the_books() -> Deed:
    rules, _is_new = BookRules.objects.update_or_create(pk=1, defaults={"refund_life_days": 45})
    return at_page(rules, "change", send, refund_life_days="60")


def edits_the_rules_of_checkouts() -> Deed:
    rules = CheckoutRules.objects.get_or_create(pk=1)[0]
    data: dict[str, Any] = {
        "hold_minutes": "31",
        "checkout_days": "30",
        "callout_hold_hours": "24",
        "webhook_tolerance_seconds": "300",
    }
    return at_page(rules, "change", send, **data)


def edits_an_account_of_the_ledger() -> Deed:
    account = GeneralLedgerAccount.objects.create(code="8001", name="Till")
    return at_page(account, "change", send, code="8001", name="Tills")


def edits_a_rule_of_the_ledger() -> Deed:
    rule = GeneralLedgerRule.objects.order_by("pk")[0]
    names = ("counter_account", "kind", "funding", "type", "valid_from")
    data: dict[str, Any] = {name: getattr(rule, name) or "" for name in names} | {
        "debit": rule.debit_id,
        "credit": rule.credit_id,
    }
    return at_page(rule, "change", send, valid_until="2098-12-31", **data)


# What finance does


def _on_a_finding(slug: str, **data: Any) -> Deed:
    finding = ReconciliationFindingFactory.create()
    if slug == "reopen":
        explain_finding(finding_id=finding.pk, actor=STAFF, now=NOW, note="as it should be")
        assert finding.events.latest("pk").to_state == FindingState.EXPLAINED
    return at_page(finding, slug, note="Looked into it", **data)


def asks_for_a_reversal() -> Deed:
    [entry] = entries_of(given_credit("40.00 GBP"))
    finding = ReconciliationFindingFactory.create(
        kind=RunKind.BOOKS, code="spent_expired", subject_kind="transaction", subject_id=str(entry.number)
    )
    return at_page(finding, "ask-reversal", note="Never sold")


def asks_for_another_expiry() -> Deed:
    [entry] = entries_of(given_credit("40.00 GBP", expires_at=days(400)))
    finding = ReconciliationFindingFactory.create(
        kind=RunKind.BOOKS, code="lot_expiry", subject_kind="lot", subject_id=str(entry.lots.get().pk)
    )
    return at_page(finding, "ask-expiry", note="Typed wrong", good_through="2099-12-31")


def asks_to_correct_what_was_found() -> Deed:
    account = given_credit("40.00 GBP")
    data: dict[str, Any] = {"account": account.number, "direction": "take", "amount": "1", "reason": "EC"}
    return _on_a_finding("ask-correction", **data)


def takes_a_journal_out() -> Deed:
    journal = JournalExportFactory.create()
    return Deed(root(), address(journal, "file", journal.pk, "csv"), {}, open_page, journal)


def makes_the_cards_of_a_batch() -> Deed:
    batch = CardBatchFactory.create()
    return at_page(batch, "make", send)


# Files that are brought in


def uploads_a_file() -> Deed:
    def bring(staff: Staff, url: str, data: dict[str, Any]) -> Any:
        return send_file(staff, url, "cards", CARDS)

    return Deed(root(), reverse("admin:backoffice_importrun_add"), {}, bring)


def says_what_the_columns_are() -> Deed:
    staff = root()
    run = upload(staff, "cards", CARDS)
    data = columns_of(staff.open(step_url(run, "change"))) | {"save_as": "printer"}
    return Deed(staff, step_url(run, "columns"), data, send, run)


def _on_a_checked_file(slug: str, how: Any = send, **data: Any) -> Deed:
    staff = root()
    run = checked(staff, "cards", CARDS)
    return Deed(staff, step_url(run, slug), {"version": run.version} | data, how, run)


def writes_a_file() -> Deed:
    deed = starts_an_import()
    send(deed.staff, deed.url, deed.data)
    assert isinstance(deed.about, ImportRun)
    return Deed(deed.staff, step_url(deed.about, "slice"), {}, send)


def starts_an_import() -> Deed:
    deed = _on_a_checked_file("start", count="2", total_GBP="30")
    # What comes into the books is confirmed by another person than who brings it.
    return replace(deed, staff=Staff("Finance", username="controller"))


def rejects_a_file() -> Deed:
    return replace(_on_a_checked_file("reject", why="Not ours"), staff=Staff("Finance", username="controller"))


def _on_a_file_left_alone(slug: str) -> Deed:
    deed = starts_an_import()
    send(deed.staff, deed.url, deed.data)
    assert isinstance(deed.about, ImportRun)
    deed.about.refresh_from_db()
    get_user_model().objects.filter(pk__in=[deed.about.started_by_id, deed.staff.user.pk]).update(is_active=False)
    data, third = {"version": deed.about.version, "why": "They left"}, Staff("Finance", username="third")
    return Deed(third, step_url(deed.about, slug), data, send, deed.about)


def takes_the_result_out() -> Deed:
    deed = starts_an_import()
    send(deed.staff, deed.url, deed.data)
    assert isinstance(deed.about, ImportRun)
    run = go_on(deed.staff, deed.about)
    return Deed(deed.staff, step_url(run, "result"), {}, open_page, run)


def takes_the_errors_out() -> Deed:
    staff = root()
    run = upload(staff, "cards", CARDS.replace("25.00", "x"))
    map_columns(staff, run)
    run = go_on(staff, run)
    return Deed(staff, step_url(run, "errors"), {}, open_page, run)


DEEDS: Final[dict[str, Callable[[], Deed]]] = {
    "edit a customer": edits_a_customer,
    "comment on a customer": lambda: _comment_on(given_customer()),
    "comment on a card": lambda: _comment_on(row_of(given_card())),
    "comment on a request": lambda: _comment_on(given_request()),
    "withdraw from a customer": lambda: _withdrawal_on(customer=given_customer()),
    "withdraw from a card": lambda: _withdrawal_on(card=row_of(given_card())),
    "withdraw from a request": lambda: _withdrawal_on(request=given_request()),
    "print a customer's statement": lambda: at_page(given_account().customer, "statement", open_page),
    "print an account's statement": lambda: at_page(given_account(), "statement", open_page),
    "print a receipt": lambda: at_page(row_of(given_card()), "receipt", open_page),
    "approve a merge": lambda: _about_customer("approve"),
    "reject a merge": lambda: _about_customer("reject", why="Two people"),
    "cancel a merge": lambda: _about_customer("cancel", why=""),
    "undo a merge": lambda: _about_customer("undo", is_done=True, why="Two people"),
    "keep a filter of activities": lambda: keeps_a_filter("audit_activity", "door=admin"),
    "keep a filter of entries": lambda: keeps_a_filter("ledger_transaction", "door=admin"),
    "keep a filter of findings": lambda: keeps_a_filter("finance_reconciliationfinding", "state=waiting"),
    "forget a filter of activities": lambda: forgets_a_filter("audit_activity"),
    "forget a filter of entries": lambda: forgets_a_filter("ledger_transaction"),
    "forget a filter of findings": lambda: forgets_a_filter("finance_reconciliationfinding"),
    "take one's own requests out": takes_own_requests_out,
    "block many": lambda: _on_cards("block", row_of(given_card()), row_of(given_card()), why="Stolen"),
    "unblock many": lambda: _on_cards("unblock", row_of(given_card_in(CardState.BLOCKED)), why="Found"),
    "extend many": lambda: _on_cards(
        "extend", row_of(given_card(expires_on=NOW.date())), good_through="2027-01-31", why="In hospital"
    ),
    "send many": sends_many_codes,
    "approve many": lambda: _on_requests("approve"),
    "reject many": lambda: _on_requests("reject"),
    "edit a client": edits_a_client,
    "edit a person": edits_a_person,
    "edit a role": edits_a_role,
    "edit a policy": edits_a_policy,
    "edit an issue limit": edits_a_limit,
    "edit a ceiling": edits_a_ceiling,
    "edit an approver's limit": edits_an_approvers_limit,
    "delete a role": lambda: _deletes(Group.objects.create(name="Night shift"), root),
    "delete a policy": lambda: _deletes(given_policy("USD", auto="20.00")),
    "delete an issue limit": lambda: _deletes(IssueLimitFactory.create()),
    "delete a ceiling": lambda: _deletes(IssueCeilingFactory.create(currency="ZAR")),
    "delete an approver's limit": lambda: _deletes(ApproverLimitFactory.create()),
    "edit a reason": edits_a_reason,
    "edit the rules of the books": edits_the_rules_of_the_books,
    "edit the rules of checkouts": edits_the_rules_of_checkouts,
    "edit an account of the general ledger": edits_an_account_of_the_ledger,
    "edit a rule of the general ledger": edits_a_rule_of_the_ledger,
    "explain a finding": lambda: _on_a_finding("explain"),
    "mark a finding as corrected": lambda: _on_a_finding("correct"),
    "note something of a finding": lambda: _on_a_finding("note"),
    "reopen a finding": lambda: _on_a_finding("reopen"),
    "ask for a reversal": asks_for_a_reversal,
    "ask for another expiry": asks_for_another_expiry,
    "ask to correct what was found": asks_to_correct_what_was_found,
    "take a journal out": takes_a_journal_out,
    "prove the books": lambda: Deed(root(), reverse("admin:finance_reconciliationrun_prove"), {}, send),
    "make the cards of a batch": makes_the_cards_of_a_batch,
    "upload a file": uploads_a_file,
    "say what the columns are": says_what_the_columns_are,
    "go back to the columns": lambda: _on_a_checked_file("again"),
    "start an import": starts_an_import,
    "write a file": writes_a_file,
    "drop a file": lambda: _on_a_checked_file("drop"),
    "reject a file": rejects_a_file,
    "go on with a file": lambda: _on_a_file_left_alone("carry-on"),
    "end a file halfway": lambda: _on_a_file_left_alone("stop"),
    "take the result out": takes_the_result_out,
    "take the errors out": takes_the_errors_out,
}
