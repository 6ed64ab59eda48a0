"""The Celery application. Its settings are the ``CELERY_…`` ones; every app's ``tasks.py`` is found by itself."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jilin_si.settings")

app = Celery("jilin_si")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def use_the_projects_logging(**kwargs: object) -> None:
    """Workers log as the web does, by Django's LOGGING."""
    import logging.config

    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)
