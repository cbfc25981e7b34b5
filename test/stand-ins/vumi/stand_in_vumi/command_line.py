"""twistd's command line: its own options, a plugin, the plugin's options. What the real one refuses is refused."""

FLAGS = {'-n', '--nodaemon'}
OWN = {'--pidfile'}
PLUGINS = {
    'vumi_worker': {'--worker-class', '--config', '--vumi-config', '--set-option', '--hostname', '--port', '--username',
                    '--password', '--vhost', '--specfile', '--sentry', '--system-id'},
    'cyclone': {'--listen', '--port', '--app', '--appopts'},
}


class Usage(Exception):
    pass


def read(words):
    """(plugin, {option without dashes: value}); `set-option` is a list."""
    words = list(words)
    foreground = False
    while words and words[0].startswith('-'):
        word = words.pop(0)
        foreground = foreground or word in FLAGS
        if word not in FLAGS and word.partition('=')[0] not in OWN:
            raise Usage('option %s not recognized' % word)
    if not foreground:
        raise Usage('without -n it would go to the background')
    if not words or words[0] not in PLUGINS:
        raise Usage('no such plugin: %s' % ' '.join(words[:1]))
    plugin = words.pop(0)
    options = {'set-option': []}
    for name, value in _pairs(words, PLUGINS[plugin]):
        if name == 'set-option':
            options[name].append(value)
        else:
            options[name] = value
    return plugin, options


def _pairs(words, known):
    """`--name=value` and `--name value`."""
    while words:
        name, equals, value = words.pop(0).partition('=')
        if name not in known:
            raise Usage('option %s not recognized' % name)
        if not equals:
            if not words:
                raise Usage('option %s requires an argument' % name)
            value = words.pop(0)
        yield name[2:], value
