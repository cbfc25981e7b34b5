"""What each worker class needs, and what of it can be imitated."""
import threading

from . import broker, config, http_api, voice

TRANSPORT = ('outbound',)
APPLICATION = ('inbound', 'event')
NONE = ()

# class: (keys without which the real one does not start, queues that it consumes)
CLASSES = {
    'vxfreeswitch.VoiceServerTransport': (
        ['transport_name', 'twisted_endpoint', 'freeswitch_endpoint', 'freeswitch_auth', 'originate_parameters',
         'to_addr'], TRANSPORT),
    'vumi.transports.smpp.SmppTransceiverTransport': (
        ['transport_name', 'system_id', 'password', 'twisted_endpoint', 'redis_manager'], TRANSPORT),
    'vumi.demos.static_reply.StaticReplyApplication': (['transport_name', 'reply_text'], APPLICATION),
    'vumi_http_api.VumiApiWorker': (
        ['transport_name', 'conversation_key', 'push_message_url', 'push_event_url', 'api_tokens', 'web_path',
         'web_port', 'health_path', 'redis_manager'], APPLICATION),
    'vxsandbox.worker.StandaloneJsFileSandbox': (
        ['transport_name', 'javascript_file', 'sandbox_id', 'app_context', 'sandbox', 'rlimits'], APPLICATION),
    'vumi.blinkenlights.GraphiteMetricsCollector': ([], NONE),
    'vumi.blinkenlights.MetricTimeBucket': (['buckets', 'bucket_size'], NONE),
    'vumi.blinkenlights.MetricAggregator': (['bucket', 'bucket_size', 'lag'], NONE),
    'vumi.blinkenlights.metrics_workers.RandomMetricsGenerator': (['manager_period', 'generator_period'], NONE),
}


def run(options):
    name = options.get('worker-class')
    if name not in CLASSES:
        raise ValueError('no worker class %s' % name)
    if 'vumi-config' not in options:
        raise ValueError('no --vumi-config: the password would have to be on the command line')
    amqp = config.amqp(options['vumi-config'])
    settings = config.worker(options)
    keys, queues = CLASSES[name]
    config.require(settings, keys, name)
    _check(settings)
    beside = {'vxfreeswitch.VoiceServerTransport': voice.serve, 'vumi_http_api.VumiApiWorker': http_api.serve}
    if name in beside:
        threading.Thread(target=beside[name], args=(settings, amqp), daemon=True).start()
    if name.endswith('RandomMetricsGenerator'):
        broker.forever(amqp, lambda channel: broker.canary(channel, int(settings['manager_period'])))
    broker.forever(
        amqp, lambda channel: broker.consume(channel, ['%s.%s' % (settings['transport_name'], q) for q in queues])
        if queues else _idle(channel))


def _check(settings):
    """Files and endpoints that the real worker would read at its start."""
    for key in ('twisted_endpoint', 'freeswitch_endpoint'):
        if key in settings:
            config.endpoint(settings[key])
    for path in [settings.get('javascript_file')] + list(
            settings.get('sandbox', {}).get('config', {}).get('keys', {}).values()):
        if path:
            open(path).close()


def _idle(channel):
    while True:
        channel.connection.process_data_events(None)
