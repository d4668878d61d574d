import json
from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandError, CommandParser

from ledger.management.job import COULD_NOT_RUN
from ledger.queries import Account
from storecredit.finance.management.reports import Report, amount
from storecredit.finance.queries import get_balance_then


class Command(Report):
    name = "report_balance"
    help = (
        "What one account held as of any moment: its balance, what of it was held, what had expired and what could be "
        "spent. An entry of the very moment came after it. Exit code 0: done, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", metavar="ACCOUNT", help="its number")
        self.add_moment_argument(parser)
        self.add_output_arguments(parser)

    def report(self, options: Mapping[str, Any]) -> None:
        account = Account.objects.filter(number=options["account"]).first()
        if account is None:
            raise CommandError(f"Could not run: there is no account {options['account']}.", returncode=COULD_NOT_RUN)
        at = self.read_moment(options["now"])
        then = get_balance_then(account=account, at=at)
        minor = {
            "balance": then.balance_minor,
            "held": then.held_minor,
            "expired": then.expired_minor,
            "spendable": then.spendable_minor,
        }
        amounts = {name: amount(value, account.currency) for name, value in minor.items()}
        facts = {"account": account.number, "currency": account.currency, "as_of": at.isoformat(), **amounts}
        if options["json"]:
            self.stdout.write(json.dumps(facts, indent=2))
            return
        rows = [(name.capitalize(), value) for name, value in amounts.items()]
        self.write_summary(f"{account.number} in {account.currency} as of {at.isoformat()}", rows, facts, as_json=False)
