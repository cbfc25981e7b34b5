"""graphite-web, as the WSGI application and graphite-manage read it."""
import inspect

with open('/dev/shm/mama/graphite_secret_key') as _file:
    SECRET_KEY = _file.read()
ALLOWED_HOSTS = ['*']
TIME_ZONE = 'UTC'
DEFAULT_XFILES_FACTOR = 0

GRAPHITE_ROOT = '/usr/share/graphite-web'
CONF_DIR = '/etc/graphite'
STORAGE_DIR = '/var/lib/graphite'
WHISPER_DIR = '/var/lib/graphite/whisper'
INDEX_FILE = '/var/lib/graphite/search_index'
STATIC_ROOT = '/usr/share/graphite-web/static'
CARBONLINK_HOSTS = ['127.0.0.1:7002']
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': '/var/lib/graphite/graphite.db'}}

# To the container's output.
LOG_DIR = '/var/log/graphite'
LOG_ROTATION = False
LOG_FILE_INFO = '-'
LOG_FILE_EXCEPTION = '-'
LOG_FILE_CACHE = '-'
LOG_FILE_RENDERING = '-'
LOG_RENDERING_PERFORMANCE = False
LOG_CACHE_PERFORMANCE = False

# Python 3.11 has neither any more, and graphite-web 1.1.8 describes its functions with them: /functions would be an
# error 500, and Grafana's query editor reads it.
if not hasattr(inspect, 'getargspec'):

    def _getargspec(function):
        spec = inspect.getfullargspec(function)
        return inspect.ArgSpec(spec.args, spec.varargs, spec.varkw, spec.defaults)

    def _formatargspec(args, varargs=None, varkw=None, defaults=None, *_rest, **_more):
        plain = len(args) - len(defaults or ())
        words = [arg if i < plain else '%s=%r' % (arg, defaults[i - plain]) for i, arg in enumerate(args)]
        words += ['*' + varargs] if varargs else []
        words += ['**' + varkw] if varkw else []
        return '(%s)' % ', '.join(words)

    if not hasattr(inspect, 'ArgSpec'):
        from collections import namedtuple

        inspect.ArgSpec = namedtuple('ArgSpec', 'args varargs keywords defaults')
    inspect.getargspec = _getargspec
    inspect.formatargspec = _formatargspec
