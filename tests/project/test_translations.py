"""All that staff read can be translated, German is complete, and the catalogues are those of the sources."""

import re
from pathlib import Path

import pytest
from django.utils.dates import MONTHS, MONTHS_3, MONTHS_AP, WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import override

from tests import messages
from tests.project.untranslated import ROOT, bare_in_python, bare_in_template, too_early

pytestmark = pytest.mark.once_on_sqlite

ROOMS = ROOT / "storecredit" / "backoffice"
#: What is worked on the server, or stands in the database and in logs.
NOT_READ_BY_STAFF = frozenset({"demo", "management", "migrations", "triggers", "schema.py", "findings.py", "apps.py"})
NOT_READ_BY_STAFF_OF_ACCESS = frozenset({"roles.py", "rights.py"})
DOMAINS = ("ledger", "giftcards", "storecredit/credits", "storecredit/checkouts", "storecredit/api")
PLACEHOLDER = re.compile(r"%\(\w+\)[sr]|\{\w*\}|<[^>]*>")


def list_rooms() -> list[Path]:
    paths = [path for path in ROOMS.rglob("*.py") if path.relative_to(ROOMS).parts[0] not in NOT_READ_BY_STAFF]
    return [path for path in paths if not (path.parent.name == "access" and path.name in NOT_READ_BY_STAFF_OF_ACCESS)]


def list_labels() -> list[Path]:
    found = [path for domain in DOMAINS for path in (ROOT / domain).rglob("*.py") if "migrations" not in path.parts]
    return [path for path in found if "models" in path.parts or path.name in {"errors.py", "models.py"}]


def list_templates() -> list[Path]:
    # The API describes itself in English, and a card's mail has a template for each language.
    found = (ROOT / "templates").rglob("*.html")
    return [path for path in found if not {"api", "mail"} & set(path.relative_to(ROOT / "templates").parts)]


def test_templates_say_nothing_that_cannot_be_translated():
    assert [str(bare) for path in sorted(list_templates()) for bare in bare_in_template(path)] == []


def test_rooms_say_nothing_that_cannot_be_translated():
    found = [
        str(bare)
        for path in sorted([*list_rooms(), ROOT / "storecredit" / "settings" / "unfold.py"])
        for bare in bare_in_python(path, everywhere="models" not in path.parts)
    ]

    assert found == []


def test_labels_and_refusals_of_the_domains_can_be_translated():
    found = [str(bare) for path in sorted(list_labels()) for bare in bare_in_python(path, everywhere=False)]

    assert found == []


def test_nothing_is_translated_before_it_is_known_for_whom():
    found = [
        str(bare)
        for package in ("ledger", "giftcards", "storecredit")
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
        for bare in too_early(path)
    ]

    assert found == []


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('name = CharField("given name")', "given name"),
        ('size = IntegerField(help_text="How many.")', "How many."),
        ("class State(TextChoices):\n    OPEN = 'OPEN', 'Open'", "Open"),
        (
            "class Refused(DomainError):\n    def __init__(self):\n        super().__init__('It is taken.')",
            "It is taken.",
        ),
        ('class Meta:\n    verbose_name = "card batch"', "card batch"),
    ],
)
def test_a_bare_label_is_found(source, text, tmp_path, monkeypatch):
    monkeypatch.setattr("tests.project.untranslated.ROOT", tmp_path)
    path = tmp_path / "models.py"
    path.write_text(source)

    assert [bare.text for bare in bare_in_python(path, everywhere=False)] == [text]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('messages.error(request, f"{name} is gone.")', "… is gone."),
        ('class Step:\n    label = "Block"', "Block"),
        ('Fact("amount", money)', "amount"),
        ('x = a if b else "Nothing here"', "Nothing here"),
        ('format_html("<b>{}</b> left", x)', "left"),
        ('@display(description="Name")\ndef name(self): ...', "Name"),
    ],
)
def test_a_bare_text_of_a_room_is_found(source, text, tmp_path, monkeypatch):
    monkeypatch.setattr("tests.project.untranslated.ROOT", tmp_path)
    path = tmp_path / "pages.py"
    path.write_text(source)

    assert [bare.text for bare in bare_in_python(path, everywhere=True)] == [text]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Not found</p>", "Not found"),
        ('<p>{% translate "Found" %} in {{ place }}</p>', "in"),
        ('<input aria-label="Search" />', "aria-label='Search'"),
        ('{% include "x.html" with title="Nothing here" %}', "Nothing here"),
    ],
)
def test_a_bare_text_of_a_template_is_found(markup, text, tmp_path, monkeypatch):
    monkeypatch.setattr("tests.project.untranslated.ROOT", tmp_path)
    path = tmp_path / "page.html"
    path.write_text(markup)

    assert [bare.text for bare in bare_in_template(path)] == [text]


@pytest.mark.parametrize("path", messages.catalogues(), ids=lambda path: path.parents[1].name)
def test_a_catalogue_has_all_that_the_sources_say_and_nothing_else(path):
    catalog = messages.read(path)

    known = {(message.id, message.context) for message in catalog if message.id}
    said = {(message.id, message.context) for message in messages.gather() if message.id}
    assert (said - known, known - said) == (set(), set()), "Run `make messages`."
    assert not [message.id for message in catalog if message.fuzzy]
    assert path.with_suffix(".mo").read_bytes() == messages.compiled(catalog)


@pytest.mark.parametrize("path", messages.catalogues(), ids=lambda path: path.parents[1].name)
def test_a_translation_keeps_the_names_of_facts(path):
    def named(text: str) -> list[str]:
        return sorted(PLACEHOLDER.findall(text))

    for message in messages.read(path):
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        said = message.id[-1] if isinstance(message.id, tuple) else message.id
        # Of one thing the number may be left out.
        for text in texts[-1:] if message.id else ():
            assert not text or named(str(text)) == named(str(said)), text


def test_no_text_of_ours_takes_the_place_of_a_word_of_dates():
    with override("en"):
        named = (MONTHS, MONTHS_3, MONTHS_AP, WEEKDAYS, WEEKDAYS_ABBR)
        words = {str(word) for names in named for word in names.values()} | {"a.m.", "p.m.", "AM", "PM"}

    assert words & {message.id for message in messages.gather() if not message.context} == set()


def test_german_is_complete():
    german = messages.read(messages.LOCALE / "de" / "LC_MESSAGES" / "django.po")

    assert messages.untranslated(german) == []
