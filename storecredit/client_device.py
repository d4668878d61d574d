"""What a browser calls itself, in words that its owner knows it by."""

from typing import Final

# The first that fits: each names itself after those that came before it, too.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device_text(user_agent: str) -> str:
    """Such as “Firefox, Windows”; blank if it says neither."""
    named = [_first_in(user_agent, names) for names in (_BROWSERS, _SYSTEMS)]
    return ", ".join(name for name in named if name)


def _first_in(user_agent: str, names: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in names if mark in user_agent), "")
