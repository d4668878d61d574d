"""What the page of columns calls the choices of a file, in its fields and in messages that lead to them."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.management.choices import Choice

LABELS = {
    Choice.AS_WRITTEN: _("Columns that are taken as they are written"),
    Choice.CURRENCY: _("Currency of lines that name none"),
    Choice.DECIMALS: _("Amounts are written"),
    Choice.EXPIRED_CARDS: _("Take cards that have expired"),
    Choice.LEGACY_NUMBERS: _("Take short numbers, and numbers with blanks"),
}


def list_hints() -> dict[Choice, str]:
    """How each choice is said, as the end of a sentence in the language of whoever reads it."""
    by_field = {
        Choice.AS_WRITTEN: gettext("“%(field)s” says that it is meant"),
        Choice.CURRENCY: gettext("“%(field)s” says it for all of them"),
        Choice.DECIMALS: gettext("“%(field)s” says which"),
        Choice.EXPIRED_CARDS: gettext("“%(field)s” lets it in"),
        Choice.LEGACY_NUMBERS: gettext("“%(field)s” lets it in"),
    }
    return {choice: words % {"field": LABELS[choice]} for choice, words in by_field.items()}
