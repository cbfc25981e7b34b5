import os

from celery import Celery

os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'mama_ng_control.settings')
app = Celery('mama_ng_control')
app.config_from_object('django.conf:settings', namespace='CELERY')
app.autodiscover_tasks(['mama_ng_control'])
