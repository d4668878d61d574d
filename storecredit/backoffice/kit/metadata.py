"""What a client keeps with an entry, a card or a request, as pages show it."""

import json
from collections.abc import Mapping
from typing import Any

from ledger.queries import text_of
from storecredit.backoffice.kit.parts import Fact


def metadata_facts(metadata: Mapping[str, Any] | None) -> list[Fact]:
    """Its members by name: plain values as the API shows them, others as JSON."""
    return [Fact(_visible(name), _visible(_words_of(value))) for name, value in sorted((metadata or {}).items())]


def _words_of(value: Any) -> str:
    text = text_of(value)
    return json.dumps(value, ensure_ascii=False, indent=2) if text is None else text


def _visible(text: str) -> str:
    """A text in which nothing is hidden: whoever wrote it was no member of staff."""
    return "".join(each if each.isprintable() or each == "\n" else f"\\u{ord(each):04x}" for each in text)
