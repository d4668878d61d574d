"""A shop with customers who have credit, and a client that may issue more."""

from dataclasses import dataclass
from datetime import datetime

from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from moneyed import Money

from ledger.operations import Actor, ActorKind, CustomerRow, import_customers, issue_credit
from ledger.queries import Wallet, get_wallet
from storecredit.api.operations import create_api_client
from storecredit.api.scopes import Scope
from storecredit.audit.operations import unheld


@dataclass(frozen=True, slots=True)
class Stage:
    """What the benchmark works on. `key` is an API key without a limit that it could reach."""

    wallets: list[Wallet]
    key: str
    actor: Actor
    now: datetime


def set_stage(*, customers: int, currency: str) -> Stage:
    """Make the tables and everything in them."""
    call_command("migrate", verbosity=0)
    now = timezone.now()
    actor = Actor(kind=ActorKind.SYSTEM, id="benchmark", label="benchmark", door="command:benchmark")
    numbers = [f"CUST-{place + 1:06d}" for place in range(customers)]
    import_customers(rows=[CustomerRow(number=number, values={}) for number in numbers], now=now)
    wallets = []
    for number in numbers:
        wallet = get_wallet(customer=number, currency=currency, test_mode=False, now=now)
        issue_credit(wallet=wallet, amount=Money(100, currency), actor=actor, now=now)
        wallets.append(get_wallet(customer=number, currency=currency, test_mode=False, now=now))
    with transaction.atomic(), unheld():
        client = create_api_client(
            name="Benchmark", scopes=[Scope.STORE_CREDIT_READ, Scope.STORE_CREDIT_ISSUE], rate="1000000/min", now=now
        )
    return Stage(wallets=wallets, key=client.plain, actor=actor, now=now)
