"""The web application. It serves as ``jsi_app``, under row-level security, and refuses to serve as the owner."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jilin_si.settings")
os.environ.setdefault("DB_ROLE", "app")

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from jilin_si.servers.errors import SetupError
from jilin_si.servers.serving import guarded, refuse_to_serve_as_owner

_application = get_wsgi_application()
_ = get_resolver().url_patterns  # every page's module, once, before gunicorn forks
try:
    refuse_to_serve_as_owner()
except SetupError as refused:
    sys.exit(str(refused))
application = guarded(_application)
