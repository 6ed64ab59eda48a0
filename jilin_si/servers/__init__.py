"""The embedded servers: PostgreSQL and Valkey out of Python packages, for whoever has set no URL of their own.

The first command that needs them starts them, brings the database up to date, and the last one out stops them.
Nothing here needs Django's settings, so that settings may ask where the sockets are.
"""

from jilin_si.servers.errors import SetupError

__all__ = ["SetupError"]
