"""RabbitMQ, the real one."""
import json
import time

import pika

EXCHANGE = 'vumi'


def connect(amqp):
    return pika.BlockingConnection(pika.ConnectionParameters(
        amqp['hostname'], int(amqp['port']), amqp['vhost'],
        pika.PlainCredentials(amqp['username'], amqp['password'])))


def forever(amqp, body):
    """Runs body(channel) again and again, each time with a new connection; never says the password."""
    while True:
        try:
            connection = connect(amqp)
            print('stand-in: logged in at RabbitMQ as %s, vhost %s' % (amqp['username'], amqp['vhost']))
            body(connection.channel())
        except (OSError, pika.exceptions.AMQPError) as error:
            print('stand-in: RabbitMQ, again in 2 s: %s %s' % (type(error).__name__, error))
        time.sleep(2)


def consume(channel, names):
    """Declares the durable queues and takes what comes, as the worker of these queues would."""
    channel.exchange_declare(EXCHANGE, 'direct', durable=True)
    for name in names:
        channel.queue_declare(name, durable=True)
        channel.queue_bind(name, EXCHANGE, name)
        channel.basic_consume(name, _take)
    channel.start_consuming()


def _take(channel, method, _properties, body):
    print('stand-in: from %s: %d bytes' % (method.routing_key, len(body)))
    channel.basic_ack(method.delivery_tag)


def publish(amqp, name, message):
    connection = connect(amqp)
    channel = connection.channel()
    channel.exchange_declare(EXCHANGE, 'direct', durable=True)
    channel.queue_declare(name, durable=True)
    channel.queue_bind(name, EXCHANGE, name)
    channel.basic_publish(EXCHANGE, name, json.dumps(message), pika.BasicProperties(delivery_mode=2))
    connection.close()


def canary(channel, period):
    """Vumi's canary, short-cut: its aggregates, straight to Graphite's exchange."""
    channel.exchange_declare('graphite', 'topic', durable=True)
    while True:
        now = int(time.time())
        for name, value in (('count.sum', 10), ('value.avg', now % 100), ('timer.avg', now % 7 / 10)):
            channel.basic_publish('graphite', 'vumi.random.' + name, '%s %d' % (value, now),
                                  pika.BasicProperties(delivery_mode=2))
        channel.connection.sleep(period)
