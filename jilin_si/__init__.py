"""The Jilin social insurance system: settings, and the ground floor that knows no employer."""

from jilin_si.celery import app as celery_app

__all__ = ["celery_app"]
__version__ = "0.1.0"
