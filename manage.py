#!/usr/bin/env python3
"""The office's commands. Those that need the database start the embedded servers where no URL is set."""

import os
import sys

if __name__ == "__main__":
    os.umask(0o022)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jilin_si.settings")
    try:
        from jilin_si.servers.commands import run
    except ImportError as missing:
        sys.exit(f"{missing}. Run `make install` first, then use .venv/bin/python.")
    sys.exit(run(sys.argv))
