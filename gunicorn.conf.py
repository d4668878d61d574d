"""The server in front of the program. What is not said here is said better by the command line or the defaults."""

import os

wsgi_app = "storecredit.wsgi"
# Threads, which are given only requests that have wholly arrived. Of those that do not ask the database any number can
# be answered at once; the others share its few connections.
worker_class = "storecredit.intake.worker.WholeRequestWorker"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "16"))
worker_connections = 1000

# A worker is replaced now and then, so that whatever a library leaks does not add up; never all of them at once.
max_requests = 100_000
max_requests_jitter = 10_000
timeout = 30
graceful_timeout = 30
keepalive = 5

# A long path is handed on as far as the server can: the API answers it in the words of its dialect. Beyond that, and
# for a header that is too large, the server itself refuses with a 4xx.
limit_request_line = 8190
limit_request_field_size = 16 * 1024
limit_request_fields = 100

# Whose word is taken that a request came in over HTTPS.
forwarded_allow_ips = os.environ.get("TRUSTED_PROXIES", "")

# The program logs requests itself, with codes masked and without queries.
accesslog = None
errorlog = "-"
control_socket_disable = True
# The heartbeat file must not wait for a disk; the server gives it a name nobody can guess.
_MEMORY = "/dev/shm"  # noqa: S108  see above
worker_tmp_dir = _MEMORY if os.access(_MEMORY, os.W_OK) else None

_writers = {}


def post_worker_init(worker):
    """From now on the worker counts how much each API client calls. What `make bench` compares with has no clients."""
    from django.apps import apps  # the program is loaded by now

    if not apps.is_installed("storecredit.api"):
        return
    from storecredit.api.use import UseWriter

    _writers[worker.pid] = UseWriter()
    _writers[worker.pid].start()


def worker_exit(server, worker):
    """What the worker has counted is written before it ends."""
    if worker.pid in _writers:
        _writers[worker.pid].stop()
