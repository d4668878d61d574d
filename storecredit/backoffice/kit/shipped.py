"""
What the program itself writes into the shop's rows, in the language of whoever looks.

Roles, reasons and ledger accounts are shipped with English names, and jobs leave English notes. They are kept so, for
every reader has another language; where they are shown, those that nobody has reworded are translated. What people
wrote themselves is in no catalogue, and is shown as it stands.
"""

import re
from typing import Final

from django.utils.translation import pgettext, pgettext_lazy

#: Named here, so that they are gathered for translators.
WORDS: Final = (
    # Roles
    pgettext_lazy("shipped", "Viewer"),
    pgettext_lazy("shipped", "Agent"),
    pgettext_lazy("shipped", "Approver"),
    pgettext_lazy("shipped", "Card manager"),
    pgettext_lazy("shipped", "Finance"),
    pgettext_lazy("shipped", "Administrator"),
    # Reasons
    pgettext_lazy("shipped", "Delivered late"),
    pgettext_lazy("shipped", "Damaged or faulty goods"),
    pgettext_lazy("shipped", "Error correction"),
    pgettext_lazy("shipped", "Entered by mistake"),
    pgettext_lazy("shipped", "Goodwill"),
    pgettext_lazy("shipped", "Paid in by the customer"),
    pgettext_lazy("shipped", "Promotion"),
    pgettext_lazy("shipped", "Return kept as credit"),
    # Accounts of the general ledger
    pgettext_lazy("shipped", "Payments clearing"),
    pgettext_lazy("shipped", "Store credit transfers"),
    pgettext_lazy("shipped", "Store credit owed to customers"),
    pgettext_lazy("shipped", "Gift cards owed to their bearers"),
    pgettext_lazy("shipped", "Sales paid with store credit"),
    pgettext_lazy("shipped", "Sales returned"),
    pgettext_lazy("shipped", "Breakage"),
    pgettext_lazy("shipped", "Promotions"),
    pgettext_lazy("shipped", "Corrections of store credit"),
    pgettext_lazy("shipped", "Opening balances"),
    pgettext_lazy("shipped", "Store credit that nobody is expected to spend"),
    pgettext_lazy("shipped", "Breakage expected"),
    # Notes
    pgettext_lazy("shipped", "(erased)"),
    pgettext_lazy("shipped", "Credit came back after the card had expired."),
    pgettext_lazy("shipped", "Voided through the API."),
    pgettext_lazy("shipped", "Reversed through the API."),
    pgettext_lazy("shipped", "The vendor's checkout let go of it."),
    pgettext_lazy("shipped", "It was broken off."),
    pgettext_lazy("shipped", "The role is shipped without it now."),
)
#: Notes with something of their own in them, by what the program writes.
SENTENCES: Final = {
    "Nobody decided it within %(days)s days.": pgettext_lazy("shipped", "Nobody decided it within %(days)s days."),
    "%(amount)s could not go back to %(account)s: %(why)s": pgettext_lazy(
        "shipped", "%(amount)s could not go back to %(account)s: %(why)s"
    ),
    "Taken from %(account)s for this order beyond what the vendor's list of orders says.": pgettext_lazy(
        "shipped", "Taken from %(account)s for this order beyond what the vendor's list of orders says."
    ),
}
_PLACE = re.compile(r"%\\\((\w+)\\\)s")


def shipped(text: str) -> str:
    """A name or note of the shop's rows, translated if it is one that the program wrote."""
    if not text:
        return text
    if (said := pgettext("shipped", text)) != text:
        return said
    for words, form in _FORMS:
        if found := form.fullmatch(text):
            return str(words) % found.groupdict()
    return text


def _form_of(sentence: str) -> re.Pattern[str]:
    return re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(sentence)), re.DOTALL)


_FORMS: Final = tuple((words, _form_of(sentence)) for sentence, words in SENTENCES.items())
