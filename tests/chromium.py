"""The Chromium that the browser tests drive: the machine's own, for one that is downloaded is nobody's to update."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW_TO_GET_CHROMIUM = (
    "no browser was found, so the tests marked `browser` did not run. Install one (Debian and Ubuntu: "
    "`apt-get install chromium`), or name its program in CHROMIUM."
)


def find_chromium() -> str | None:
    """The path of the browser's program: what CHROMIUM names, else the first one on the PATH."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    return next((found for name in NAMES if (found := shutil.which(name))), None)
