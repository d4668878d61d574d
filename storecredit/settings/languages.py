"""The languages that pages can be shown in: English, which they are written in, and each that has a catalogue."""

from django.conf.locale import LANG_INFO
from django.utils.translation import to_language

from storecredit.settings.environment import BASE_DIR

LOCALE_DIR = BASE_DIR / "storecredit" / "locale"
_CODES = sorted({"en", *(to_language(each.parents[1].name) for each in LOCALE_DIR.glob("*/LC_MESSAGES/django.mo"))})
#: Each under the name that its speakers give it.
LANGUAGES = [(code, LANG_INFO[code]["name_local"].capitalize()) for code in _CODES]
