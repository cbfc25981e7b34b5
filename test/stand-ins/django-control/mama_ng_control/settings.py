"""The variables of the real control interface, on Django 3.2."""
import os


def variable(name, default=''):
    return os.environ.get('MAMA_NG_CONTROL_' + name, default)


SECRET_KEY = os.environ.get('SECRET_KEY', 'placeholder, unsafe')
DEBUG = False
ALLOWED_HOSTS = ['*']
SENTRY_DSN = variable('SENTRY_DSN')

DATABASES = {'default': {
    'ENGINE': 'django.db.backends.postgresql',
    'NAME': variable('DB_NAME', 'mama_ng_control'),
    'USER': variable('DB_USER', 'postgres'),
    'PASSWORD': variable('DB_PASS', 'postgres'),
    'HOST': variable('DB_SERVICE', '127.0.0.1'),
    'PORT': variable('DB_PORT', '5432'),
}}
DEFAULT_AUTO_FIELD = 'django.db.models.AutoField'

INSTALLED_APPS = [
    'django.contrib.admin', 'django.contrib.auth', 'django.contrib.contenttypes', 'django.contrib.sessions',
    'django.contrib.messages', 'django.contrib.staticfiles', 'django.contrib.postgres', 'rest_framework',
    'rest_framework.authtoken', 'django_celery_beat', 'django_celery_results', 'mama_ng_control',
]
MIDDLEWARE = [
    'django.contrib.sessions.middleware.SessionMiddleware', 'django.middleware.common.CommonMiddleware',
    'django.middleware.csrf.CsrfViewMiddleware', 'django.contrib.auth.middleware.AuthenticationMiddleware',
    'django.contrib.messages.middleware.MessageMiddleware',
]
TEMPLATES = [{
    'BACKEND': 'django.template.backends.django.DjangoTemplates',
    'APP_DIRS': True,
    'OPTIONS': {'context_processors': [
        'django.template.context_processors.request', 'django.contrib.auth.context_processors.auth',
        'django.contrib.messages.context_processors.messages',
    ]},
}]
ROOT_URLCONF = 'mama_ng_control.urls'
USE_TZ = True
TIME_ZONE = 'UTC'

STATIC_URL = '/static/'
STATIC_ROOT = '/usr/src/app/staticfiles'

REST_FRAMEWORK = {
    'DEFAULT_AUTHENTICATION_CLASSES': [
        'rest_framework.authentication.BasicAuthentication', 'rest_framework.authentication.TokenAuthentication',
    ],
    'DEFAULT_PERMISSION_CLASSES': ['rest_framework.permissions.IsAuthenticated'],
}

# Celery: everything in one queue, JSON only, results and schedule in the database.
CELERY_BROKER_URL = 'redis://%s:%s/0' % (variable('REDIS_SERVICE', '127.0.0.1'), variable('REDIS_PORT', '6379'))
CELERY_TASK_DEFAULT_QUEUE = 'mama_ng_control'
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = 'json'
CELERY_ACCEPT_CONTENT = ['json']
CELERY_RESULT_BACKEND = 'django-db'
CELERY_BEAT_SCHEDULER = 'django_celery_beat.schedulers:DatabaseScheduler'

CONTROL_URL = variable('URL', 'http://example.com/api/v1')
VUMI_API_URL = variable('VUMI_API_URL', 'http://example.com/api/vumi_http')
VUMI_ACCOUNT_KEY = variable('VUMI_ACCOUNT_KEY')
VUMI_CONVERSATION_KEY = variable('VUMI_CONVERSATION_KEY')
VUMI_ACCOUNT_TOKEN = variable('VUMI_ACCOUNT_TOKEN')
CONTENTSTORE_API_URL = variable('CONTENTSTORE_API_URL', 'http://example.com/contentstore')
CONTENTSTORE_AUTH_TOKEN = variable('CONTENTSTORE_AUTH_TOKEN')
SCHEDULER_URL = variable('SCHEDULER_URL', 'http://example.com/mama-ng-scheduler/rest')
SCHEDULER_USERNAME = variable('SCHEDULER_USERNAME', 'sc-username')
SCHEDULER_PASSWORD = variable('SCHEDULER_PASSWORD', 'sc-password')
