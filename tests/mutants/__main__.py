"""``python -m tests.mutants``: the rules' mutants, with the settings of the tests; see ``command``."""

import os
import sys

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from tests.mutants.command import main

    sys.exit(main())
