"""
The settings of a process that answers HTTP. Requests are short and many, so its threads share a few connections, and
they are cut off when they wait too long; a migration or a nightly job runs on the plain settings and takes its time.
"""

from storecredit.settings import *  # noqa: F403  a settings module is the names of another one and some more
from storecredit.settings import DATABASES
from storecredit.settings.environment import count

LOCK_TIMEOUT_MS = 2_000
STATEMENT_TIMEOUT_MS = 15_000
CONNECTION_LIVES_SECONDS = 600
CONNECTIONS_PER_PROCESS = count("WEB_CONNECTIONS", default=4)
# Longer than a statement may wait for a lock: then one of those that have a connection gives it back.
POOL_WAIT_SECONDS = 5

for _database in DATABASES.values():
    if not _database["ENGINE"].endswith(".postgresql"):
        _database["CONN_MAX_AGE"] = CONNECTION_LIVES_SECONDS
        continue
    # Before those of the URL, which win; none where a pooler between refuses them.
    if "options" in _database["OPTIONS"]:
        _database["OPTIONS"]["options"] = (
            f"-c lock_timeout={LOCK_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS} "
            + _database["OPTIONS"]["options"]
        )
    # A host that has vanished is given up within seconds, be it asked for a connection or for an answer.
    _database["OPTIONS"].setdefault("connect_timeout", 3)
    _database["OPTIONS"].setdefault("tcp_user_timeout", 10_000)
    _database["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": CONNECTIONS_PER_PROCESS,
        "timeout": POOL_WAIT_SECONDS,
        "max_lifetime": CONNECTION_LIVES_SECONDS,
        # The pool's own retries wait longer each time, and block those of the requests that come meanwhile.
        "reconnect_timeout": 0.5,
    }
