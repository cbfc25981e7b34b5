"""Stand-in for the scheduler: makes its tables when it starts, keeps schedules and messages for those whom
service_users knows; sends nothing."""
import base64
import hmac
import json
import os
import re
import signal
import sys
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg2
import psycopg2.extras

CONTEXT = '/mama-ng-scheduler'
PORT = 8090
TABLES = '''
create table if not exists service_users (
  id varchar(255) primary key,
  version bigint not null,
  api_key varchar(255) unique,
  date_created timestamp not null,
  password_hash varchar(255) not null,
  type varchar(255) not null,
  username varchar(255) not null unique
);
create table if not exists schedules (id varchar(255) primary key, version bigint not null, content text not null);
create table if not exists messages (id varchar(255) primary key, version bigint not null, content text not null);
'''


def parameters(url):
    """As the real one takes it apart: the user ends at the first colon, and the port must be there."""
    found = re.fullmatch(r'postgresql://([^:]*):([^@/]*)@([^:/]+):(\d+)/([^/?]+)', url)
    if not found:
        sys.exit('stand-in scheduler: DATABASE_URL must be postgresql://user:password@host:port/database')
    return dict(zip(('user', 'password', 'host', 'port', 'dbname'), found.groups()))


DATABASE = parameters(os.environ.get('DATABASE_URL', 'postgresql://postgres:postgres@localhost:5432/scheduler'))


def query(statement, values=(), fetch=True):
    connection = psycopg2.connect(connect_timeout=5, **DATABASE)
    try:
        with connection, connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if fetch else None
    finally:
        connection.close()


def user(authorization):
    """The name of the user who logs in rightly, or None. The password is kept as its plain Base64."""
    kind, _, value = (authorization or '').partition(' ')
    try:
        name, _, password = base64.b64decode(value).decode().partition(':')
    except ValueError:
        return None
    rows = query('select password_hash from service_users where username = %s', [name])
    given = base64.b64encode(password.encode()).decode()
    known = kind == 'Basic' and bool(rows) and hmac.compare_digest(rows[0]['password_hash'], given)
    return name if known else None


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        if self.path in (CONTEXT, CONTEXT + '/'):
            return self.reply(200, 'A stand-in for mama-ng-scheduler.')
        if not self.allowed():
            return None
        if self.path.rstrip('/') == CONTEXT + '/rest/users':
            return self.reply(200, query('select id, username, type from service_users order by username'))
        table, key = self.resource()
        if not table:
            return self.reply(404, {})
        rows = query('select content from %s where %%s is null or id = %%s order by id' % table, [key, key])
        return self.reply(200, [json.loads(row['content']) for row in rows])

    def do_POST(self):
        if not self.allowed():
            return None
        table, _ = self.resource()
        if not table:
            return self.reply(404, {})
        content = {**json.loads(self.body()), 'id': str(uuid.uuid4())}
        query('insert into %s values (%%s, 0, %%s)' % table, [content['id'], json.dumps(content)], fetch=False)
        return self.reply(201, content)

    def do_DELETE(self):
        if not self.allowed():
            return None
        table, key = self.resource()
        if not table or not key:
            return self.reply(404, {})
        gone = query('delete from %s where id = %%s returning id' % table, [key])
        return self.reply(200 if gone else 404, {})

    def allowed(self):
        if user(self.headers.get('Authorization')):
            return True
        self.body()
        self.reply(401, {}, {'WWW-Authenticate': 'Basic realm="scheduler"'})
        return False

    def resource(self):
        found = re.fullmatch(CONTEXT + r'/rest/(schedules|messages)(?:/([^/]+))?/?', self.path)
        return found.groups() if found else (None, None)

    def body(self):
        return self.rfile.read(int(self.headers.get('Content-Length') or 0))

    def reply(self, status, body, headers=None):
        text = body if isinstance(body, str) else json.dumps(body)
        self.send_response(status)
        for name, value in {'Content-Length': str(len(text.encode())), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_words):
        pass


def main():
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    while True:
        try:
            query(TABLES, fetch=False)
            break
        except psycopg2.OperationalError as error:
            print('stand-in scheduler: the database, again in 2 s: %s' % str(error).strip())
            time.sleep(2)
    print('stand-in scheduler: tables are there, listening at %d' % PORT)
    ThreadingHTTPServer(('0.0.0.0', PORT), Handler).serve_forever()


main()
