"""`manage.py celery worker|beat|inspect …`, as django-celery has it: everything behind it is celery's own."""
from django.core.management.base import BaseCommand

from mama_ng_control.celery import app


class Command(BaseCommand):
    def run_from_argv(self, argv):
        app.start(argv[2:])
