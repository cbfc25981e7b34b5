#!/usr/bin/python3
"""Stand-in for Grafana's start script and server: checks what it is provisioned with, and answers
/api/health, /api/user and /api/datasources/uid/<uid>/health below the sub path. It shows nothing. Its database is the
password of the user admin."""
import base64
import glob
import json
import os
import re
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit
from urllib.request import urlopen

import yaml

PROVISIONING = '/etc/grafana/provisioning'
DATABASE = '/var/lib/grafana/grafana.db'


class Wrong(Exception):
    pass


def secrets_from_files():
    """NAME__FILE names a file that holds NAME; both is an error, as in the real start script."""
    for name in [name for name in os.environ if name.startswith('GF_') and name.endswith('__FILE')]:
        plain = name[:-len('__FILE')]
        if os.environ.get(plain):
            raise Wrong('both %s and %s are set' % (plain, name))
        with open(os.environ[name]) as file:
            os.environ[plain] = file.read().rstrip('\n')


def documents(kind):
    found = sorted(glob.glob('%s/%s/*.y*ml' % (PROVISIONING, kind)))
    for path in found:
        with open(path) as file:
            text = re.sub(r'\$\{(\w+)\}|\$(\w+)', lambda m: os.environ.get(m[1] or m[2], ''), file.read())
        document = yaml.safe_load(text)
        if document.get('apiVersion') != 1:
            raise Wrong('%s: apiVersion must be 1' % path)
        yield path, document


def datasources():
    found = {}
    for path, document in documents('datasources'):
        for source in document['datasources']:
            for key in ('name', 'type', 'access', 'url', 'uid'):
                if not source.get(key):
                    raise Wrong('%s: a data source lacks %s' % (path, key))
            found[source['uid']] = source
    if len([one for one in found.values() if one.get('isDefault')]) != 1:
        raise Wrong('one data source must be the default')
    return found


def dashboards(sources):
    titles, uids = set(), set()
    for path, document in documents('dashboards'):
        for provider in document['providers']:
            files = sorted(glob.glob(provider['options']['path'] + '/*.json'))
            if not files:
                raise Wrong('%s: no dashboards in %s' % (path, provider['options']['path']))
            for one in files:
                with open(one) as file:
                    text = file.read()
                board = json.loads(text)
                if '__inputs' in board or '${DS_' in text:
                    raise Wrong('%s was exported for sharing: a provisioned copy finds no data source' % one)
                if board['uid'] in uids or board['title'] in titles:
                    raise Wrong('%s: its uid or title is taken' % one)
                uids.add(board['uid'])
                titles.add(board['title'])
                for panel in board['panels']:
                    for source in [panel['datasource']] + [target['datasource'] for target in panel['targets']]:
                        if source['uid'] not in sources:
                            raise Wrong('%s: data source %s was not found' % (one, source['uid']))
    if not uids:
        raise Wrong('there are no dashboards')
    home = os.environ.get('GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH')
    if home and not os.path.exists(home):
        raise Wrong('the home dashboard %s does not exist' % home)


def handler(prefix, sources):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            path = self.path[len(prefix):] if self.path.startswith(prefix) else None
            found = re.fullmatch(r'/api/datasources/uid/([^/]+)/health', path or '')
            if path == '/api/health':
                return self.reply(200, {'database': 'ok', 'version': 'stand-in'})
            if found and found[1] in sources:
                return self.ask(sources[found[1]])
            if path == '/api/user':
                with open(DATABASE) as file:
                    login = base64.b64encode(b'admin:' + file.readline().rstrip('\n').encode()).decode()
                known = self.headers.get('Authorization') == 'Basic ' + login
                return self.reply(200, {'login': 'admin'}) if known else self.reply(401, {'message': 'Unauthorized'})
            if path == '/':
                return self.reply(200, {'root_url': os.environ['GF_SERVER_ROOT_URL']})
            return self.reply(404, {'message': 'Not found'})

        def ask(self, source):
            try:
                with urlopen(source['url'] + '/version/', timeout=5) as answer:
                    return self.reply(200, {'status': 'OK', 'message': answer.read().decode().strip()})
            except OSError as error:
                return self.reply(400, {'status': 'ERROR', 'message': str(error)})

        def reply(self, status, body):
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header('Content-Type', 'application/json')
            self.send_header('Content-Length', str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_words):
            pass

    return Handler


def main():
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    secrets_from_files()
    if not os.path.exists(DATABASE):
        with open(DATABASE, 'w') as file:
            file.write(os.environ['GF_SECURITY_ADMIN_PASSWORD'] + '\n')
    sources = datasources()
    dashboards(sources)
    root = urlsplit(os.environ['GF_SERVER_ROOT_URL'])
    below = os.environ.get('GF_SERVER_SERVE_FROM_SUB_PATH') == 'true'
    prefix = root.path.rstrip('/') if below else ''
    print('stand-in grafana: %d data source(s), serving below %s/' % (len(sources), prefix))
    ThreadingHTTPServer(('0.0.0.0', 3000), handler(prefix, sources)).serve_forever()


try:
    main()
except (Wrong, OSError, KeyError, ValueError, yaml.YAMLError) as error:
    sys.exit('stand-in grafana: %s: %s' % (type(error).__name__, error))
