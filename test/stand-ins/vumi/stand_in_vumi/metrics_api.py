"""The metrics API: its health page, and reading from the real Graphite; firing only says what was fired."""
import json
import threading
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

from . import broker, config, web


def run(options):
    if options.get('app') != 'go_metrics.server.MetricsApi':
        raise ValueError('no application %s' % options.get('app'))
    settings = config.load(options['appopts'])
    config.require(settings, ['backend'], 'the metrics API')
    backend = settings['backend']
    config.require(backend, ['graphite_url', 'amqp_hostname', 'amqp_port', 'amqp_username', 'amqp_password',
                             'amqp_vhost'], 'backend')
    amqp = {name: backend['amqp_' + name] for name in ('hostname', 'port', 'username', 'password', 'vhost')}
    threading.Thread(target=broker.forever, args=(amqp, _idle), daemon=True).start()
    metrics = settings.get('url_path_prefix', '') + '/metrics/'

    def answer(method, path, headers, body):
        parts = urlsplit(path)
        if parts.path == '/health/':
            return 200, {'Content-Type': 'text/plain'}, 'OK'
        if parts.path != metrics:
            return 404, {}, '{}'
        owner = settings.get('static_owner_id') or headers.get('X-Owner-ID')
        if not owner:
            return 401, {}, '{}'
        if method == 'POST':
            return 200, {}, json.dumps([{'name': name, 'value': value} for name, value in json.loads(body).items()])
        names = parse_qs(parts.query).get('m', [])
        targets = ['%s.%s.%s' % (backend['prefix'], owner, name) for name in names]
        query = urlencode([('format', 'json'), ('from', '-1h')] + [('target', target) for target in targets])
        with urlopen(backend['graphite_url'] + 'render/?' + query, timeout=10) as reply:
            series = {one['target']: one['datapoints'] for one in json.load(reply)}
        return 200, {}, json.dumps({name: series.get(target, []) for name, target in zip(names, targets)})

    web.serve(int(options['port']), answer)


def _idle(channel):
    while True:
        channel.connection.process_data_events(None)
