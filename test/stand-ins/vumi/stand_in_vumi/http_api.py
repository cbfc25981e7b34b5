"""The HTTP API: its health page, and messages that are PUT with the right account and token go to RabbitMQ."""
import base64
import json
import uuid

from . import broker, web


def serve(settings, amqp):
    allowed = {(one['account'], token) for one in settings['api_tokens'] for token in one['tokens']}
    messages = '%s/%s/messages.json' % (settings['web_path'], settings['conversation_key'])

    def answer(method, path, headers, body):
        if path == settings['health_path']:
            return 200, {'Content-Type': 'text/plain'}, 'OK'
        if path != messages:
            return 404, {}, '{}'
        if _credentials(headers) not in allowed:
            return 401, {'WWW-Authenticate': 'Basic realm="vumi"'}, '{}'
        if method != 'PUT':
            return 405, {}, '{}'
        message = {**json.loads(body), 'message_id': uuid.uuid4().hex, 'transport_name': settings['transport_name']}
        broker.publish(amqp, settings['transport_name'] + '.outbound', message)
        return 200, {}, json.dumps(message)

    web.serve(int(settings['web_port']), answer)


def _credentials(headers):
    kind, _, value = headers.get('Authorization', '').partition(' ')
    try:
        user, _, password = base64.b64decode(value).decode().partition(':')
    except ValueError:
        return None
    return (user, password) if kind == 'Basic' else None
