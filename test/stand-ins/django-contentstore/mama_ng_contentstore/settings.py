"""The variables of the real content store, on Django 3.2."""
import os

from django.core.exceptions import ImproperlyConfigured


def variable(name, default=''):
    return os.environ.get('MAMA_NG_CONTENTSTORE_' + name, default)


SECRET_KEY = os.environ.get('SECRET_KEY', 'placeholder, unsafe')
DEBUG = {'True': True, 'False': False}.get(os.environ.get('DEBUG', 'False'))
if DEBUG is None:
    raise ImproperlyConfigured('DEBUG must be True or False')
ALLOWED_HOSTS = ['*']
SENTRY_DSN = variable('SENTRY_DSN')

DATABASES = {'default': {
    'ENGINE': 'django.db.backends.postgresql',
    'NAME': variable('DB_NAME', 'mama_ng_contentstore'),
    'USER': variable('DB_USER', 'postgres'),
    'PASSWORD': variable('DB_PASS', 'postgres'),
    'HOST': variable('DB_SERVICE', '127.0.0.1'),
    'PORT': variable('DB_PORT', '5432'),
}}
DEFAULT_AUTO_FIELD = 'django.db.models.AutoField'

INSTALLED_APPS = [
    'django.contrib.admin', 'django.contrib.auth', 'django.contrib.contenttypes', 'django.contrib.sessions',
    'django.contrib.messages', 'django.contrib.staticfiles', 'rest_framework', 'rest_framework.authtoken', 'content',
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
ROOT_URLCONF = 'mama_ng_contentstore.urls'
USE_TZ = True

STATIC_URL = '/static/'
STATIC_ROOT = '/usr/src/app/staticfiles'
MEDIA_URL = '/media/'
MEDIA_ROOT = '/usr/src/app/media'

REST_FRAMEWORK = {
    # The first of them decides that a stranger gets 401 and not 403.
    'DEFAULT_AUTHENTICATION_CLASSES': [
        'rest_framework.authentication.TokenAuthentication', 'rest_framework.authentication.BasicAuthentication',
    ],
    'DEFAULT_PERMISSION_CLASSES': ['rest_framework.permissions.IsAuthenticated'],
}
