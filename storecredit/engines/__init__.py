from django.db import connections


def give_connections_back() -> None:
    """Let others have what this thread has taken from a pool; a connection that is this thread's own stays."""
    for connection in connections.all(initialized_only=True):
        if getattr(connection, "pool", None):
            connection.close_if_unusable_or_obsolete()
