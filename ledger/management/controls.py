"""What a file must come to, said by somebody who has not added up this file: a sum in each currency, and a count."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext
from moneyed import Money

from ledger.errors import AmountNotExact, AmountTooLarge
from ledger.management.csv_file import CsvFile
from ledger.management.job import COULD_NOT_RUN
from ledger.money import from_minor, is_in_circulation, to_minor


def add_control_arguments(parser: CommandParser, *, amounts: str, rows: str) -> None:
    """
    Add `--control-total`, `--control-count` and `--currency`.

    :param amounts: what is added up, such as "balances".
    :param rows: what is counted, such as "cards".
    """
    parser.add_argument(
        "--control-total",
        metavar="[EUR=]12345.67",
        action="append",
        default=[],
        help=f"what the {amounts} of one currency must come to; once for each currency in the file. Without a "
        "currency: --currency's, else the file's only one",
    )
    parser.add_argument("--control-count", type=int, metavar="N", help=f"how many {rows} the file must have")
    parser.add_argument("--currency", default="", help="of the rows that name none")


def require_controls(options: Mapping[str, Any], *names: str) -> None:
    """
    Nothing is written without these controls.

    :raises CommandError: if one is absent and it is no dry run.
    """
    for name in names:
        if not options["dry_run"] and options[name] in (None, []):
            raise CommandError(f"--{name.replace('_', '-')} is needed, or --dry-run.", returncode=COULD_NOT_RUN)


def compare_controls(file: CsvFile, sums: Mapping[str, int], options: Mapping[str, Any]) -> None:
    """
    Add an error to the file for each control that differs from it.

    :param sums: what the file's rows come to, in minor units by currency.
    :raises CommandError: if a control is no amount.
    """
    said = _read_totals(options, sums)
    for currency in sorted(sums.keys() | said.keys()) if said else []:
        found = from_minor(sums.get(currency, 0), currency)
        if currency not in said:
            file.add_error(
                0,
                "--control-total",
                gettext("none is given for %(currency)s, of which the file has %(amount)s")
                % {"currency": currency, "amount": found.amount},
            )
        elif to_minor(said[currency]) != sums.get(currency, 0):
            told = said[currency].amount
            file.add_error(
                0,
                "--control-total",
                gettext("%(currency)s should be %(told)s; the file has %(amount)s")
                % {"currency": currency, "told": told, "amount": found.amount},
            )
    count = options["control_count"]
    if count is not None and count != file.row_count:
        file.add_error(
            0,
            "--control-count",
            gettext("should be %(count)s; the file has %(row_count)s") % {"count": count, "row_count": file.row_count},
        )


def _read_totals(options: Mapping[str, Any], sums: Mapping[str, int]) -> dict[str, Money]:
    said: dict[str, Money] = {}
    for text in options["control_total"]:
        name, _, amount = text.rpartition("=")
        currency = name or options["currency"] or (next(iter(sums)) if len(sums) == 1 else "")
        try:
            if not is_in_circulation(currency) or currency in said:
                raise InvalidOperation
            total = Money(Decimal(amount), currency)
            to_minor(total)
        except (InvalidOperation, AmountNotExact, AmountTooLarge) as error:
            raise CommandError(
                f"--control-total {text!r} is not one amount for one currency of the file, such as 12345.67 or "
                "EUR=12345.67.",
                returncode=COULD_NOT_RUN,
            ) from error
        said[currency] = total
    return said
