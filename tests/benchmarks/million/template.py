"""The shop that is copied: 50 customers with store credit, 50 cards, 500 entries and 10 requests."""

from datetime import datetime, timedelta
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from moneyed import Money

from giftcards.operations import create_card, redeem_card
from giftcards.queries import GiftCard, get_card_by_id
from ledger.models import Account, Customer, NumberSeries, Transaction
from ledger.operations import Actor, ActorKind, Why, create_customer, issue_credit, spend_credit
from ledger.queries import get_wallet
from storecredit.audit.operations import ActivityKind, Subject, record_activity
from storecredit.backoffice.demo import give_api_key, give_logins, load_demo, name_actors
from storecredit.backoffice.demo.logins import SEEDING
from storecredit.credits.models import CreditRequest

CUSTOMERS, CARDS, ENTRIES, REQUESTS = 50, 50, 500, 10
_CURRENCIES = ("GBP", "EUR", "USD", "GBP")
_NAMES = ("Elena", "Priya", "Oliver", "Amara", "Tomas", "Sofia", "Noah", "Grace")
_ACTOR = Actor(kind=ActorKind.SYSTEM, id="million", label="Million", door="command:million")


def make_template(*, first_id: int, first_customer: int, now: datetime) -> None:
    """
    Make the shop in an empty database, with ids and numbers that leave room below for those of the copies.

    :param first_id: behind which every row's number of its own begins.
    :param first_customer: behind which the customers' numbers begin.
    """
    _leave_room(first_id, first_customer)
    # Who lets people in by a command leaves a line that it was run.
    seeding = Subject(kind="command", id=SEEDING.id, label=SEEDING.label)
    record_activity(actor=SEEDING, kind=ActivityKind.COMMAND_RUN, subject=seeding, now=now)
    load_demo(now=now, actors=name_actors(give_logins(known={}, now=now), give_api_key(known="", now=now)))
    for place in range(CARDS - GiftCard.objects.count()):
        _make_card(place, now)
    people = CUSTOMERS - Customer.objects.count()
    lacking = ENTRIES - Transaction.objects.count()
    for place in range(people):
        _make_customer(place, entries=lacking // people + (place < lacking % people), now=now)
    # What the copies are counted by.
    assert Transaction.objects.count() == ENTRIES
    assert GiftCard.objects.count() == CARDS
    assert CreditRequest.objects.count() == REQUESTS
    assert Account.objects.filter(kind="STORE_CREDIT").count() == CUSTOMERS


def _leave_room(first_id: int, first_customer: int) -> None:
    NumberSeries.objects.create(name="customer", last=first_customer)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename FROM pg_sequences WHERE COALESCE(last_value, 0) < %s", [first_id])
        for (name,) in cursor.fetchall():
            cursor.execute("SELECT setval(%s, %s)", [name, first_id])


def _make_card(place: int, now: datetime) -> None:
    """A card that was bought, told whom it is for, and spent from."""
    made_at = now - timedelta(days=90 - place)
    named: dict[str, Any] = {"recipient_name": _NAMES[place % len(_NAMES)], "metadata": {"till": place % 3}}
    made = create_card(
        amount=Money(60, "GBP"), actor=_ACTOR, now=made_at, sale_id=f"POS-7{place:03d}", **named,
        expires_on=(now + timedelta(days=200 + place)).date(), time_zone="UTC",
    )  # fmt: skip
    for spent in range(2):
        at = made_at + timedelta(days=20 + spent)
        card = get_card_by_id(card_id=made.id, now=at)
        why = Why(reference=f"ORDER-2{place:02d}{spent}")
        redeem_card(card=card, amount=Money(10 + place, "GBP"), actor=_ACTOR, now=at, why=why)


def _make_customer(place: int, *, entries: int, now: datetime) -> None:
    """Somebody who is given credit and spends it, again and again."""
    joined_at = now - timedelta(days=150, minutes=place)
    name = _NAMES[place % len(_NAMES)]
    customer = create_customer(
        now=joined_at, first_name=name, last_name=f"Shopper{place}", email=f"{name.lower()}.{place}@example.com",
        phone=f"+44 7700 9001{place:02d}",
    )  # fmt: skip
    currency = _CURRENCIES[place % len(_CURRENCIES)]
    for step in range(entries):
        at = joined_at + timedelta(days=1 + step * 9)
        wallet = get_wallet(customer=customer.number, currency=currency, test_mode=False, now=at)
        why = Why(reference=f"ORDER-3{place:02d}{step:02d}", note="" if step % 3 else "Sorry for the wait")
        if step % 3 == 0:
            why = Why(note=why.note, metadata={"ticket": f"T-{place}", "till": step % 2})
            expires_at = now + timedelta(days=20 + place) if step % 2 else None
            issue_credit(
                wallet=wallet, amount=Money(40 + step, currency), actor=_ACTOR, now=at, why=why, expires_at=expires_at
            )
        else:
            assert wallet.account_id is not None
            spend_credit(account_id=wallet.account_id, amount=Money(12, currency), actor=_ACTOR, now=at, why=why)


def make_tables() -> None:
    call_command("migrate", verbosity=0)


def this_moment() -> datetime:
    return timezone.now().replace(microsecond=0)
