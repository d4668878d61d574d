"""How long is kept what neither money nor the proof of anything depends on."""

from django.core.exceptions import ImproperlyConfigured

#: In days, unless `RETENTION_DAYS` says otherwise.
DEFAULT_DAYS = {
    "sign_ins": 180,
    "notices": 90,
    "import_faults": 90,
    "import_files": 2,
    "import_results": 90,
    "code_addresses": 365,
    "unsent_forms": 2,
    "webhook_bodies": 180,
    "buyers": 730,
    "answers": 400,
}


def read_days(said: str) -> dict[str, int]:
    """
    The periods as the environment says them: `sign_ins=90,notices=30`.

    :raises ImproperlyConfigured: for an unknown period, or one that is no whole number of days from 1.
    """
    days = dict(DEFAULT_DAYS)
    for part in filter(None, (part.strip() for part in said.split(","))):
        name, _, text = (word.strip() for word in part.partition("="))
        if name not in DEFAULT_DAYS or not (text.isascii() and text.isdecimal() and int(text)):
            known = ", ".join(DEFAULT_DAYS)
            raise ImproperlyConfigured(f"RETENTION_DAYS: {part!r} is not one of {known} with a number of days.")
        days[name] = int(text)
    return days
