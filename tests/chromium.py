"""
The Chromium that the browser tests drive: the machine's own, for one that is downloaded is nobody's to update. What
drives it is playwright, a tool for development.
"""

import os
import shutil
from importlib.util import find_spec

# The first is the same program without windows of its own, which nobody would look at: it takes two thirds of the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW_TO_GET_CHROMIUM = (
    "no browser was found, so the tests marked `browser` did not run. Install one (Debian and Ubuntu: "
    "`apt-get install chromium-headless-shell`, or `chromium`), or name its program in CHROMIUM."
)
HOW_TO_GET_PLAYWRIGHT = (
    "playwright is not installed, so the tests marked `browser` did not run: requirements-dev.txt holds it."
)


def find_chromium() -> str | None:
    """The path of the browser's program: what CHROMIUM names, else the first one on the PATH."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def find_lack() -> str | None:
    """What the browser tests need and this machine lacks, with advice; None if they can run."""
    if find_chromium() is None:
        return HOW_TO_GET_CHROMIUM
    return None if find_spec("playwright") else HOW_TO_GET_PLAYWRIGHT
