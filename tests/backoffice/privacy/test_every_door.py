"""What went in about somebody by every door is in no dump of the database once they are nobody; the books stand."""

import io
import zipfile
from io import StringIO
from urllib.parse import urlencode

import pytest
from django.core.management import CommandError, call_command

from ledger.models import Account, Customer
from ledger.operations import Why, complete_cuts, spend_credit, take_cut
from ledger.queries import verify_seals
from storecredit.api.scopes import Scope
from storecredit.finance.operations import cancel_correction, explain_finding
from tests.backoffice.imports.files import go_on, map_columns, upload
from tests.backoffice.privacy.dumps import dump, fold
from tests.backoffice.privacy.test_anonymising import RIGHTS, make_anonymous
from tests.backoffice.staff import Staff, page_url, step_url
from tests.callers import ApiCaller, given_client
from tests.dialects.digital_river.shop import ADDRESS, OWNER, card_of, deliver, given_order, given_secret
from tests.dialects.fabric.calls import given_caller, given_credit, update
from tests.factories.finance import ReconciliationFindingFactory
from tests.factories.ledger import StaffIntentFactory
from tests.factories.people import UserFactory
from tests.factories.periods import CorrectionFactory, party_of
from tests.scenarios import NOW, STAFF, SYSTEM, days, money

pytestmark = pytest.mark.usefixtures("today")

NAME, EMAIL, PHONE = "Zébedina Quillfeather", "quill@feather.example", "+44 20 7946 0958"
#: In the first of each door there is one that stands nowhere else.
WORDS = (
    *("zebedina", "quillfeather", "feather.example", "79460958", "7946 0958", "ophiuchus", "plumed", "goosequay"),
    *("nibwort", "inkhorn", "vellumine", "calamus", "alula"),
)
SAID = f"{NAME} <{EMAIL}>, {PHONE}"


def by_programs() -> Customer:
    """A customer, and what programs say of them in all dialects."""
    api = ApiCaller(given_client().plain)
    person = {"firstName": "Zébedina", "lastName": "Quillfeather", "email": EMAIL, "phone": PHONE}
    made = api.post("/customers", person, key="made")
    assert made.status_code == 201, made.content
    customer = Customer.objects.get(email=EMAIL)
    given = {"currency": "GBP", "amount": 10, "description": "plumed", "reference": f"for {EMAIL}", "note": SAID}
    paid = api.post(f"/customers/{customer.number}/store-credit", given | {"metadata": {"by": "plumed"}}, key="paid")
    assert paid.status_code in {200, 201}, paid.content
    card = {"amount": "20", "currency": "GBP", "user_id": NAME[:40], "sale_id": "S-1", "metadata": {"for": SAID}}
    bought = api.post("/gift_cards", card, key="bought")
    assert bought.status_code == 201, bought.content
    number = bought.json()["data"]["number"]
    spent = api.post(f"/gift_cards/{number}/redeem", {"amount": 2000, "note": f"inkhorn {SAID}"}, key="spent")
    assert spent.status_code in {200, 201}, spent.content
    return customer


def by_the_shop() -> None:
    """An order, and the vendor's event."""
    api = ApiCaller(given_client().plain)
    address = ADDRESS | {"line1": "1 Goosequay"}
    buyer = {"email": EMAIL, "billTo": {"name": NAME, "address": address}, "upstreamId": f"of {EMAIL}"}
    given_order(api, card_of(27.01, owner=OWNER | {"lastName": "Quillfeather", "email": EMAIL}), **buyer)
    given_secret()
    event = {"id": "evt-1", "type": "order.accepted", "data": {"object": {"id": "242764070336", "email": EMAIL}}}
    assert deliver(event).status_code in {200, 202}


def by_askers(customer: Customer) -> None:
    """A credit request that came to nothing."""
    asker = UserFactory.create(username="asker")
    owned = given_caller([Scope.CREDITS_REQUEST, Scope.CREDITS_APPROVE], owner=asker)
    attributes = {"sign": f"Ophiuchus {SAID}"}
    credit = given_credit(owned, note=f"for {SAID}", attributes=attributes, employee=NAME, metadata={"of": EMAIL})
    assert update(owned, credit["creditId"], "CANCELED", note=SAID).status_code == 200


def by_staff(customer: Customer, account: Account) -> None:
    """Comments, filters, findings, corrections, files and forms that were never sent."""
    agent, finance = Staff("Agent"), Staff("Finance")
    agent.send(agent.open(page_url(customer)).context["comment_url"], text=f"@finance {NAME} sings of nibwort")
    StaffIntentFactory.create(data=urlencode({"why": f"goosequay {SAID}"}))
    # a reason that names nobody
    for step in ("freeze", "unfreeze"):
        assert finance.do(step_url(account, step), why="alula, as she said").status_code == 302
    run = upload(finance, "customers", f"number,first name,email\n,Zébedina,{EMAIL}x@@\n", name=f"{NAME}.csv")
    map_columns(finance, run)
    go_on(finance, run)
    finding = ReconciliationFindingFactory.create(account_number=account.number)
    explain_finding(finding_id=finding.pk, actor=STAFF, now=NOW, note="vellumine, as she said")
    correction = CorrectionFactory.create(account=account, note="calamus, as she said")
    with pytest.raises(CommandError, match="A correction of their credit waits"):
        make_anonymous(customer)
    cancel_correction(correction_id=correction.pk, party=party_of(correction.asked_by), now=NOW, note=SAID)
    StaffIntentFactory.create(data="", spent_at=NOW, result={"results": [{"words": SAID}]})


def export_of(customer: Customer) -> str:
    finance = Staff("Finance", username="exporting")
    answer = finance.do(step_url(customer, "export_person"), why="she asked")
    return zipfile.ZipFile(io.BytesIO(answer.content)).read("person.json").decode()


@pytest.mark.django_db(transaction=True)
def test_nothing_of_them_is_left_in_a_dump_and_all_of_it_was_in_their_export():
    customer = by_programs()
    by_the_shop()
    by_askers(customer)
    account = customer.accounts.get(kind="STORE_CREDIT")
    for name in ("ann", "bob"):
        UserFactory.create(username=name, permissions=RIGHTS)
    spend_credit(account_id=account.pk, amount=money("10.00 GBP"), actor=SYSTEM, now=NOW, why=Why(note=SAID))
    by_staff(customer, account)
    take_cut(boundary=days(0.1), actor=SYSTEM, now=days(0.2))
    complete_cuts(now=days(0.2))
    before, exported = dump(), export_of(customer)
    assert [word for word in WORDS if word not in before] == []
    # A number's digits alone are what it is found by.
    assert [word for word in WORDS if word not in fold(exported)] == ["79460958"]

    make_anonymous(customer)

    after = dump()
    assert [line[:400] for line in after.splitlines() if any(word in line for word in WORDS)] == []
    take_cut(boundary=days(0.4), actor=SYSTEM, now=days(0.5))
    complete_cuts(now=days(0.5))
    assert list(verify_seals()) == []
    told = StringIO()
    try:
        call_command("reconcile", stdout=told)
    except SystemExit:
        pytest.fail(told.getvalue())
