"""
The settings of a process that answers HTTP. Requests are short and many, so each thread keeps its connection, and they
are cut off when they wait too long; a migration or a nightly job runs on the plain settings and takes its time.
"""

from storecredit.settings import *  # noqa: F403  a settings module is the names of another one and some more
from storecredit.settings import DATABASES

LOCK_TIMEOUT_MS = 2_000
STATEMENT_TIMEOUT_MS = 15_000
CONNECTION_LIVES_SECONDS = 600

for _database in DATABASES.values():
    if _database["ENGINE"].endswith(".postgresql"):
        # `options` in the URL replaces the limits: a pooler between may refuse them at connection.
        _database["OPTIONS"].setdefault(
            "options", f"-c lock_timeout={LOCK_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS}"
        )
    _database["CONN_MAX_AGE"] = CONNECTION_LIVES_SECONDS
