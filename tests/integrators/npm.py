"""
The tools from npm that some tests run: linters of the description, what makes and checks a TypeScript client, and what
looks for faults in pages.

`make test` installs them beside this file, once for each state of the lock.
"""

import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGES = HERE / "node_modules"
TOOLS = PACKAGES / ".bin"
HOW_TO_GET_NODE = (
    "no Node.js of version 18 or newer was found, so the tests marked `node` did not run. Install it with npm (Debian "
    "and Ubuntu: `apt-get install nodejs npm`)."
)
HOW_TO_GET_PACKAGES = (
    "the packages from npm are not installed, so the tests marked `node` did not run: `make test` installs them, or "
    "`npm ci --ignore-scripts` in tests/integrators."
)


@lru_cache(maxsize=1)
def find_lack() -> str | None:
    """What the tests with these tools need and this machine lacks, with advice; None if they can run."""
    node = shutil.which("node")
    if node is None or _major_version(node) < 18:
        return HOW_TO_GET_NODE
    return None if (TOOLS / "tsc").exists() else HOW_TO_GET_PACKAGES


def run(tool: str, *arguments: str | Path, cwd: Path = HERE, timeout: float = 240) -> subprocess.CompletedProcess[str]:
    """Run one of the tools, or `node` itself. Its exit code is the caller's matter."""
    program = tool if tool == "node" else str(TOOLS / tool)
    return subprocess.run(
        [program, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=timeout, check=False
    )


def _major_version(node: str) -> int:
    told = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=60, check=False).stdout
    return int(told.lstrip("v").split(".")[0] or 0)
