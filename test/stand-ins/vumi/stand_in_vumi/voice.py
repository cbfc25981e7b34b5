"""A voice transport's two connections with FreeSwitch; no call is ever made."""
import socket
import threading
import time

from . import config


def serve(settings, _amqp):
    threading.Thread(target=_log_in, args=(settings,), daemon=True).start()
    host, port = config.endpoint(settings['twisted_endpoint'])
    server = socket.create_server((host, port), reuse_port=False)
    print('stand-in: FreeSwitch may connect to %s:%d' % (host, port))
    while True:
        connection, _ = server.accept()
        connection.close()


def _log_in(settings):
    """The event socket: `auth/request`, `auth <password>`, `+OK accepted`."""
    while True:
        try:
            with socket.create_connection(config.endpoint(settings['freeswitch_endpoint']), timeout=10) as event_socket:
                stream = event_socket.makefile('rw')
                _reply(stream)
                stream.write('auth %s\n\n' % settings['freeswitch_auth'])
                stream.flush()
                accepted = '+OK accepted' in _reply(stream)
                print('stand-in: FreeSwitch %s' % ('accepted the password' if accepted else 'REFUSED the password'))
                event_socket.settimeout(None)
                if accepted:
                    stream.read()
        except OSError as error:
            print('stand-in: FreeSwitch, again in 2 s: %s' % error)
        time.sleep(2)


def _reply(stream):
    lines = []
    for line in stream:
        if line == '\n':
            break
        lines.append(line)
    return ''.join(lines)
