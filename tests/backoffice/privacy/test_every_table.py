"""Once somebody is nobody, no table holds a word of theirs, wherever it came from and whoever knows the table."""

import json
from io import StringIO
from typing import Any
from urllib.parse import quote

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.session import SessionStorage
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.test import RequestFactory

from giftcards.operations import claim_delivery, settle_delivery
from ledger.models import Customer
from ledger.operations import complete_cuts, take_cut
from ledger.queries import verify_seals
from storecredit.audit.models import Activity
from storecredit.credits.models import PersonCustomer
from storecredit.credits.operations import CUSTOMER, RequestKind, RequestStatus, approve_request, set_status
from tests.backoffice.exporting import bytes_of, take
from tests.backoffice.imports.files import go_on, map_columns, start, upload
from tests.backoffice.privacy.test_anonymising import RIGHTS, make_anonymous
from tests.backoffice.privacy.walking import list_columns_holding
from tests.backoffice.staff import Staff, list_url, page_url
from tests.credits.requests import given_approver, given_policy, given_request, party_of
from tests.factories.api import IdempotencyRecordFactory
from tests.factories.backoffice import AccessChangeFactory
from tests.factories.credits import PersonCustomerFactory
from tests.factories.giftcards import CodeDeliveryFactory, GiftCardFactory
from tests.factories.imports import SavedMapFactory
from tests.factories.people import SavedFilterFactory, UserFactory
from tests.factories.vendor import WebhookEventFactory
from tests.scenarios import NOW, SYSTEM, days, given_customer, money

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

NAME, EMAIL, PHONE = "Zébedina Quillfeather", "quill@feather.example", "+44 20 7946 0958"
WORDS = ("zebedina", "quillfeather", "feather.example", "79460958", "7946 0958")
SAID = f"{NAME} <{EMAIL}>, {PHONE}"


def by_a_file(finance: Staff) -> Customer:
    """They came in by a file, whose layout was saved under their name."""
    content = f"number,first name,last name,email,phone\nSHOP-7,Zébedina,Quillfeather,{EMAIL},{PHONE}\n"
    run = upload(finance, "customers", content, name=f"{NAME}.csv")
    map_columns(finance, run)
    start(finance, go_on(finance, run), count=1)
    assert go_on(finance, run).state == "DONE"
    SavedMapFactory.create(name="as-quillfeather", data={"from": EMAIL})
    refused = upload(finance, "customers", content.replace("SHOP-7", ""), name="again.csv")
    map_columns(finance, refused)
    go_on(finance, refused)
    return Customer.objects.get(email=EMAIL)


def by_mail(customer: Customer) -> None:
    """A code that was mailed to them, one that could not be, and a colleague who is told of what waits for them."""
    for failure in ("", f"{EMAIL}: no such mailbox"):
        card = GiftCardFactory.create(
            customer_id=customer.pk, amount=money("0.00 GBP"), recipient_name=NAME, recipient_email=EMAIL
        )
        delivery = CodeDeliveryFactory.create(card=card, address=EMAIL, note=f"for {SAID}")
        begun = claim_delivery(delivery_id=delivery.pk, actor=SYSTEM, now=NOW)
        assert begun is not None
        settle_delivery(delivery_id=delivery.pk, attempt=begun.attempt, actor=SYSTEM, now=NOW, failure=failure)


def by_colleagues(customer: Customer, agent: Staff, finance: Staff) -> None:
    """What colleagues say and look for, and what their browsers are still to be told."""
    comment_url = agent.open(page_url(customer)).context["comment_url"]
    agent.send(comment_url, text=f"@finance {NAME} sings at {PHONE}")
    SavedFilterFactory.create(name=f"of {NAME}", query=f"q={quote(EMAIL)}")
    bytes_of(take(finance, Customer, f"?q={quote(EMAIL)}"))
    finance.open(list_url(Customer), q=NAME)


def by_requests(customer: Customer) -> None:
    """A credit request that one person approved and another took back, and answers and events that tell of them."""
    given_policy(second="10.00")
    request = given_request(
        kind=RequestKind.STORE_CREDIT, attributes={CUSTOMER: customer.number, "sign": SAID}, note=f"for {SAID}"
    )
    approver = given_approver("approver")
    approve_request(request_id=request.pk, party=party_of(approver), now=NOW, note=f"{NAME} is known")
    canceled: dict[str, Any] = {"status": RequestStatus.CANCELED, "may_decide": True, "note": SAID}
    set_status(request_id=request.pk, party=party_of(approver), now=NOW, **canceled)
    IdempotencyRecordFactory.create(answer=json.dumps({"email": EMAIL, "name": NAME}))
    WebhookEventFactory.create(thing={"customer": {"email": EMAIL, "name": NAME, "phone": PHONE}})


def waiting_in_a_browser(person: Any) -> SessionStore:
    """A message that was too long for a cookie, and a form that somebody was signed out of."""
    browser = SessionStore()
    request = RequestFactory().get("/")
    request.session = browser
    storage: Any = SessionStorage(request)
    storage._store([Message(messages.SUCCESS, f"{SAID} is saved.")], None)
    browser["kept_form"] = {"note": [SAID]}
    browser["_auth_user_id"] = str(person.pk)
    browser.create()
    return browser


def test_no_table_holds_a_word_of_theirs():
    agent, finance = Staff("Agent"), Staff("Finance", "Administrator", username="finance", email="finance@example.com")
    customer = by_a_file(finance)
    by_mail(customer)
    by_colleagues(customer, agent, finance)
    by_requests(customer)
    browser = waiting_in_a_browser(agent.user)
    for name in ("ann", "bob"):
        UserFactory.create(username=name, permissions=RIGHTS)
    take_cut(boundary=days(0.1), actor=SYSTEM, now=days(0.2))
    complete_cuts(now=days(0.2))
    before = list_columns_holding(*WORDS)
    assert len(before) > 30, before

    make_anonymous(customer)

    assert list_columns_holding(*WORDS) == []
    assert SessionStore(browser.session_key)["_auth_user_id"] == str(agent.user.pk)
    take_cut(boundary=days(0.4), actor=SYSTEM, now=days(0.5))
    complete_cuts(now=days(0.5))
    assert list(verify_seals()) == []
    told = StringIO()
    try:
        call_command("reconcile", stdout=told)
    except SystemExit:
        pytest.fail(told.getvalue())


def test_a_login_of_the_same_address_stays_and_so_does_what_was_done_to_it():
    customer = given_customer(first_name="Zébedina", last_name="Quillfeather", email=EMAIL, phone=PHONE)
    colleague = UserFactory.create(username="zq", first_name="Zébedina", last_name="Quillfeather", email=EMAIL)
    EmailAddress.objects.create(user=colleague, email=EMAIL, primary=True, verified=True)
    SocialAccount.objects.create(user=colleague, provider="company", uid="17", extra_data={"email": EMAIL})
    PersonCustomerFactory.create(person=colleague, customer=customer)
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    change = AccessChangeFactory.create(after={"roles": [], "superuser": True, "email": EMAIL, "active": True})
    about_them = Activity.objects.filter(subject_kind="auth.user", subject_id=str(colleague.pk)).order_by("pk")
    told = list(about_them.values_list("kind", "subject_label", "before", "after"))
    assert [after["active"] for *_, after in told if "active" in after] == ["yes", "no"]
    for name in ("ann", "bob"):
        UserFactory.create(username=name, permissions=RIGHTS)

    make_anonymous(customer)

    assert list_columns_holding(*WORDS) == [
        "account_emailaddress.email", "audit_activity.after", "audit_activity.before", "auth_user.email",
        "auth_user.first_name", "auth_user.last_name", "backoffice_accesschange.after",
        "socialaccount_socialaccount.extra_data",
    ]  # fmt: skip
    left = list(about_them.values_list("kind", "subject_label", "before", "after"))
    # but for whom they were linked to
    kept = [number for number, (*_, after) in enumerate(told) if "customer" not in after]
    assert [left[number] for number in kept] == [told[number] for number in kept]
    change.refresh_from_db()
    assert change.after is not None
    assert (change.after["superuser"], PersonCustomer.objects.exists()) == (True, False)
