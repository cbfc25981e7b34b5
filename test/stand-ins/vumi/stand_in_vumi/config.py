"""A worker's configuration, as Vumi reads it."""
import os

import yaml


class Loader(yaml.SafeLoader):
    """Safe YAML with one more tag: !include, relative to the file that has it."""


def _include(loader, node):
    return load(os.path.join(os.path.dirname(loader.name), loader.construct_scalar(node)))


Loader.add_constructor('!include', _include)


def load(path):
    with open(path) as file:
        return yaml.load(file, Loader)


def amqp(path):
    """Vumi's defaults, overlaid by --vumi-config."""
    return {'hostname': '127.0.0.1', 'port': 5672, 'username': 'vumi', 'password': 'vumi', 'vhost': '/develop',
            **load(path)}


def worker(options):
    """--config overlaid by each --set-option: top-level keys only, split at the first colon, always text."""
    config = load(options['config']) if options.get('config') else {}
    if not isinstance(config, dict):
        raise ValueError('%s is no map' % options['config'])
    for text in options['set-option']:
        key, _, value = text.partition(':')
        config[key] = value
    return config


def require(config, keys, what):
    missing = [key for key in keys if config.get(key) in (None, '')]
    if missing:
        raise ValueError('%s lacks %s' % (what, ', '.join(missing)))


def endpoint(text):
    """`tcp:host=h:port=1` or `tcp:port=1`: (host or 0.0.0.0, port)."""
    kind, *words = text.split(':')
    fields = dict(word.split('=', 1) for word in words)
    if kind != 'tcp' or 'port' not in fields:
        raise ValueError('%r is no tcp endpoint' % text)
    return fields.get('host') or fields.get('interface') or '0.0.0.0', int(fields['port'])
