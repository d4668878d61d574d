"""What Django's scripts of the admin say, with the sentences that Django's own catalogues do not have."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.views.i18n import JavaScriptCatalog

#: Of the box from which the permissions of a role are chosen, by what the script asks for.
SENTENCES: Final = {
    'Choose %s by selecting them and then select the "Choose" arrow button.': _(
        'Choose %s by selecting them and then select the "Choose" arrow button.'
    ),
    'Remove %s by selecting them and then select the "Remove" arrow button.': _(
        'Remove %s by selecting them and then select the "Remove" arrow button.'
    ),
    "Choose all %s": _("Choose all %s"),
    "Remove all %s": _("Remove all %s"),
    "Choose selected %s": _("Choose selected %s"),
    "Remove selected %s": _("Remove selected %s"),
    "(click to clear)": _("(click to clear)"),
}


class ScriptCatalog(JavaScriptCatalog):
    """Django's own words first."""

    def get_catalog(self) -> dict[str, Any]:
        return {text: str(words) for text, words in SENTENCES.items()} | super().get_catalog()
