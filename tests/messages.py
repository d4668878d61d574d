"""
The catalogues of `storecredit/locale`: what the sources say to staff, in other languages.

`make messages` gathers the texts anew, keeps the translations that there are, and compiles the catalogues. It needs no
tools of GNU's: Babel reads Python and writes both files, Django itself says what a template holds. Another language
begins with `make messages LANGUAGE=fr`.
"""

import io
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import django
from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.apps import apps
from django.contrib import admin
from django.utils import translation
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

from storecredit.backoffice.apps import OURS

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "storecredit" / "locale"
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_UNDATED = datetime(2026, 1, 1, tzinfo=UTC)
_HEADER = "# What the sources say to staff: written by `make messages`, translated by hand.\n#"

Found = tuple[str | tuple[str, ...], str | None]


def gather() -> Catalog:
    """All texts of the sources, and those of the theme that Django has no words for."""
    catalog = _empty()
    for message, context in {*_own(), *_of_the_theme(), *_of_models()}:
        catalog.add(message, context=context)
    return catalog


def catalogues() -> list[Path]:
    """The file of each language."""
    return sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))


def read(path: Path) -> Catalog:
    """A catalogue as its file has it."""
    with path.open("rb") as file:
        return read_po(file, domain="django")


def compiled(catalog: Catalog) -> bytes:
    """A catalogue as Django loads it, the same whenever it is made."""
    catalog.creation_date = catalog.revision_date = _UNDATED
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def brought_up_to_date(catalog: Catalog) -> Catalog:
    """The translations of a catalogue, of what the sources say now. Nothing is guessed from what is alike."""
    fresh = _empty(str(catalog.locale))
    for message in gather():
        if not message.id:
            continue
        known = catalog.get(message.id, context=message.context)
        nothing = "" if isinstance(message.id, str) else ("",) * fresh.num_plurals
        kept = known.string if known and known.id == message.id and not known.fuzzy else nothing
        fresh.add(message.id, kept, context=message.context)
    return fresh


def written(catalog: Catalog) -> bytes:
    """A catalogue as its file is written: without dates and places, which would change with every line of source."""
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=120, no_location=True, sort_output=True)
    dated = ("POT-Creation", "PO-Revision", "Last-Translator", "Language-Team", "Generated-By", "Report-Msgid")
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(tuple(f'"{name}' for name in dated))).encode()


def untranslated(catalog: Catalog) -> list[str]:
    """What a catalogue has no words for."""
    return [
        str(each.id)
        for each in catalog
        if each.id and not (all(each.string) if isinstance(each.string, tuple) else each.string)
    ]


def _empty(locale: str | None = None) -> Catalog:
    return Catalog(
        locale, "django", header_comment=_HEADER, project="storecredit", version="1", charset="utf-8", fuzzy=False
    )


def _own() -> Iterator[Found]:
    for package in ("ledger", "giftcards", "storecredit"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from _in_python(path.read_bytes())
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            yield from _in_template(path.read_text())


def _of_the_theme() -> Iterator[Found]:
    spec = find_spec("unfold")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent
    djangos = {(each.id, each.context) for catalog in _djangos() for each in catalog}
    for path in sorted(folder.rglob("*")):
        if "contrib" in path.parts and not {"filters", "forms"} & set(path.parts):
            continue
        if path.suffix == ".py":
            found = _in_python(path.read_bytes())
        elif path.suffix == ".html":
            found = _in_template(path.read_text())
        else:
            continue
        yield from (each for each in found if each not in djangos)


def _of_models() -> Iterator[Found]:
    """What Django calls models and fields after their names in the source, and what permissions let somebody do."""
    with translation.override(None):
        for model in apps.get_models():
            if model._meta.app_label in OURS:
                yield str(model._meta.verbose_name), None
                if admin.site.is_registered(model):
                    yield str(model._meta.verbose_name_plural), None
                yield from ((name, None) for _, name in model._meta.permissions)
                fields = model._meta.concrete_fields if admin.site.is_registered(model) else ()
                for field in fields:
                    if getattr(field, "_verbose_name", "") is None and not field.primary_key:
                        yield str(field.verbose_name), None


def _djangos() -> Iterator[Catalog]:
    spec = find_spec("django")
    assert spec is not None
    assert spec.origin is not None
    for path in sorted(Path(spec.origin).parent.rglob("locale/en/LC_MESSAGES/django.po")):
        yield read(path)


def _in_template(text: str) -> Iterator[Found]:
    # What is no text of a tag is blanked out in there, all but its indentation, which Python would stumble over.
    lines = (line.strip() for line in templatize(text).splitlines())
    yield from _in_python("\n".join(lines).encode())


def _in_python(source: bytes) -> Iterator[Found]:
    for _, message, _, context in extract("python", io.BytesIO(source), keywords=KEYWORDS):
        yield (message if isinstance(message, str) else tuple(message)), context


def main(language: str = "") -> None:
    """Write every catalogue anew, and the one of a new language."""
    if language:
        path = LOCALE / to_locale(language) / "LC_MESSAGES" / "django.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_bytes(written(_empty(to_locale(language))))
    for path in catalogues():
        catalog = read(path)
        catalog.locale = path.parents[1].name
        fresh = brought_up_to_date(catalog)
        path.write_bytes(written(fresh))
        path.with_suffix(".mo").write_bytes(compiled(read(path)))
        print(f"{path.relative_to(ROOT)}: {len(fresh)} texts, {len(untranslated(fresh))} without a translation")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    main(*sys.argv[1:])
