"""Things that wait for a second person, and a cast of people who may decide them or may not, each for one reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Permission, User

from storecredit.backoffice.changes.deciding import ask_change
from storecredit.backoffice.changes.subjects import state_of
from storecredit.backoffice.models import ChangeKind, NoticeKind
from storecredit.finance.operations import ask_correction, ask_period
from tests.backoffice.imports.stage import BALANCES, checked
from tests.backoffice.staff import Staff
from tests.callers import given_client
from tests.credits.requests import given_limit, given_request, party_of, party_of_client
from tests.factories.credits import CustomerRequestFactory, PersonCustomerFactory
from tests.factories.giftcards import CardBatchFactory
from tests.factories.people import GroupFactory, UserFactory
from tests.factories.periods import BreakageRateFactory, ClosablePeriodFactory, CorrectionFactory
from tests.giftcards.cards import given_card
from tests.scenarios import NOW, given_credit, given_customer, money

_FEW = money("1.00 GBP")


@dataclass
class Case:
    """
    Something that waits.

    :param page: what has the page on which it is decided.
    :param asker: who asked for it.
    :param right: what it takes to decide it; `sees`, to see the page.
    :param worth: what a limit has to reach; blank where no limit counts.
    :param kept: by name what keeps a person from this very thing.
    :param ask: asks for it, where whoever may decide is told at that very moment; there is no `thing` before.
    """

    kind: NoticeKind
    thing: Any
    asker: User
    right: str
    sees: str
    worth: str = ""
    kept: Mapping[str, Callable[[User], Any]] = field(default_factory=dict)
    page: Any = None
    ask: Callable[[], Any] | None = None

    @property
    def target(self) -> Any:
        return self.page or self.thing


def _change(kind: ChangeKind, right: str, asker: User, subject: Any, **after: Any) -> Case:
    def ask() -> Any:
        return ask_change(
            kind=kind,
            subject_id=str(subject.pk),
            label=str(subject),
            before=state_of(kind, subject),
            after=state_of(kind, subject) | after,
            person=asker,
            actor=party_of(asker).actor,
            now=NOW,
        )

    return Case(NoticeKind.CHANGE, None, asker, right, "backoffice.view_accesschange", ask=ask)


def a_change_of_a_role(asker: User) -> Case:
    role = GroupFactory.create()
    case = _change(ChangeKind.ROLE, "auth.change_group", asker, role, permissions=[Permission.objects.latest("pk").pk])
    case.kept = {"member": lambda person: person.groups.add(role)}
    return case


def a_change_of_a_person(asker: User) -> Case:
    subject = UserFactory.create(username="subject", is_staff=False)
    return _change(ChangeKind.PERSON, "auth.change_user", asker, subject, roles=[GroupFactory.create().pk])


def a_month(asker: User) -> Case:
    period = ClosablePeriodFactory.create(first_day=date(2026, 4, 1))
    period = ask_period(number=period.number, party=party_of(asker), now=NOW)
    event = period.events.latest("pk")
    return Case(NoticeKind.CLOSING, event, asker, "finance.approve_period", "finance.view_period", page=period)


def a_rate(asker: User) -> Case:
    rate = BreakageRateFactory.create(asked_by=asker)
    return Case(NoticeKind.RATE, rate, asker, "finance.approve_breakagerate", "finance.view_breakagerate")


def _correction(thing: Any, asker: User, **more: Any) -> Case:
    said = {"worth": "1.00 GBP", **more}
    return Case(NoticeKind.CORRECT, thing, asker, "finance.approve_correction", "finance.view_correction", **said)


def a_correction(asker: User) -> Case:
    customer = given_customer()
    account = given_credit("5.00 GBP", customer=customer)
    correction = CorrectionFactory.create(account=account, asked_by=asker)
    own = lambda person: PersonCustomerFactory.create(person=person, customer=customer)  # noqa: E731
    return _correction(correction, asker, kept={"oneself": own})


def a_correction_by_a_program(asker: User) -> Case:
    client = given_client(owner=asker).client
    correction = ask_correction(
        party=party_of_client(client.pk, owner=asker),
        account_id=given_credit("5.00 GBP").pk,
        amount=_FEW,
        note="Miscounted",
        now=NOW,
    )
    return _correction(correction, asker)


def _about(kind: str, asker: User, worth: str, amount: str = "") -> Case:
    one, other = given_customer(), given_customer()
    if kind != "ANONYMISE":
        given_credit("5.00 GBP", customer=one)
    if kind == "MERGE":
        given_card("2.00 GBP", customer_id=one.pk)
    request = CustomerRequestFactory.create(
        kind=kind,
        party=party_of(asker),
        customer=one,
        other=None if kind == "ANONYMISE" else other,
        amount=money(amount) if amount else None,
    )
    own = lambda person: PersonCustomerFactory.create(person=person, customer=one)  # noqa: E731
    rights = "credits.decide_about_customer", "credits.view_customerrequest"
    return Case(NoticeKind.CUSTOMER, request, asker, *rights, worth=worth, kept={"oneself": own})


def a_merger(asker: User) -> Case:
    return _about("MERGE", asker, "7.00 GBP")


def a_move(asker: User) -> Case:
    return _about("MOVE", asker, "3.00 GBP", "3.00 GBP")


def an_erasure(asker: User) -> Case:
    return _about("ANONYMISE", asker, "")


def a_batch(asker: User) -> Case:
    batch = CardBatchFactory.create(amount=_FEW, size=4, planned_by_id=asker.pk, waits=True)
    rights = "credits.decide_request", "giftcards.view_cardbatch"
    return Case(NoticeKind.BATCH, batch, asker, *rights, worth="4.00 GBP")


def a_file(asker: User) -> Case:
    uploader = Staff("Finance", username="uploader")
    for number in ("SHOP-1", "SHOP-2"):
        given_customer(number=number)
    run = checked(uploader, "opening-balances", BALANCES)
    rights = "backoffice.import_opening_balances", "backoffice.view_importrun"
    return Case(NoticeKind.FILE, run, uploader.user, *rights)


def a_request(asker: User) -> Case:
    request = given_request("3.00 GBP", by=asker)
    rights = "credits.decide_request", "credits.view_creditrequest"
    return Case(NoticeKind.WAITS, request, asker, *rights, worth="3.00 GBP")


CASES: list[Callable[[User], Case]] = [
    a_change_of_a_role, a_change_of_a_person, a_month, a_rate, a_correction, a_correction_by_a_program, a_merger,
    a_move, an_erasure, a_batch, a_file, a_request,
]  # fmt: skip


def given_cast(case: Case) -> dict[str, Staff]:
    """Everybody who might decide it, by name."""
    both = [case.right, case.sees]
    cast = {
        "able": Staff(username="able", permissions=both),
        "blind": Staff(username="blind", permissions=[case.right]),
        "outside": Staff(username="outside", permissions=both, is_staff=False),
        "off": Staff(username="off", permissions=both, is_active=False),
        "lacking": Staff(username="lacking", permissions=[case.sees]),
        "over": Staff(username="over", is_superuser=True),
        **{name: Staff(username=name, permissions=both) for name in case.kept},
    }
    if case.worth:
        for each in cast.values():
            given_limit(each.user, case.worth)
        cast["unlimited"] = Staff(username="unlimited", is_superuser=True)
        less = f"{money(case.worth).amount - Decimal('0.01')} GBP"
        for name, limit in (("short", less), ("foreign", "99.00 USD")):
            cast[name] = Staff(username=name, permissions=both)
            given_limit(cast[name].user, limit)
    for name, keep in case.kept.items():
        keep(cast[name].user)
    return cast
