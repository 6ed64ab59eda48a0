"""gunicorn's settings: ``gunicorn -c python:jilin_si.servers.gunicorn_config jilin_si.wsgi``."""

import os
import sys
from typing import Any

from jilin_si.servers.errors import SetupError

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "3"))
threads = 2
preload_app = True  # read once, not once a process
timeout = 60
graceful_timeout = 5
# longer than one reads a page: a connection that ends just as one asks again is an error to the reader
keepalive = 75
max_requests = 20_000
max_requests_jitter = 2_000
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
control_socket_disable = True
accesslog = None  # the application logs each request itself, with who and how long
proc_name = "jilin-si"


def on_starting(server: Any) -> None:
    """Refuse in one line what must not be served, before the first worker. The application is loaded already."""
    from jilin_si.servers.serving import refuse_open_demo

    try:
        refuse_open_demo(
            address[0] if isinstance(address, tuple) else address for address in server.cfg.address
        )
    except SetupError as refused:
        sys.exit(str(refused))
