"""A subscription's next message: from the content store to the Vumi HTTP API. Runs in the celery worker."""
import base64
import json
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from celery import shared_task
from django.conf import settings

from .models import Outbound, Subscription


def call(method, url, authorization, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data, {'Authorization': authorization, 'Content-Type': 'application/json'}, method=method)
    with urlopen(request, timeout=10) as answer:
        return json.load(answer)


@shared_task
def send(subscription_id):
    subscription = Subscription.objects.get(pk=subscription_id)
    query = urlencode({'messageset': subscription.messageset_id, 'lang': subscription.lang,
                       'sequence_number': subscription.next_sequence_number})
    found = call('GET', '%s/message/?%s' % (settings.CONTENTSTORE_API_URL, query),
                 'Token ' + settings.CONTENTSTORE_AUTH_TOKEN)
    outbound = Outbound.objects.create(subscription=subscription, content=found[0]['text_content'])
    login = '%s:%s' % (settings.VUMI_ACCOUNT_KEY, settings.VUMI_ACCOUNT_TOKEN)
    sent = call('PUT', '%s/%s/messages.json' % (settings.VUMI_API_URL, settings.VUMI_CONVERSATION_KEY),
                'Basic ' + base64.b64encode(login.encode()).decode(),
                {'to_addr': subscription.contact.details['msisdn'], 'content': outbound.content})
    outbound.vumi_message_id = sent['message_id']
    outbound.save()
    return sent['message_id']
