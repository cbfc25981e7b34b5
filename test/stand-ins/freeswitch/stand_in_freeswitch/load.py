"""FreeSwitch's configuration, read as FreeSwitch does: X-PRE-PROCESS lines are worked off as text, file by file; what
comes out of it is one XML document. Every file must be well-formed by itself too."""
import glob
import os
import re
import xml.etree.ElementTree as XML

LINE = re.compile(r'<X-PRE-PROCESS\s+cmd="([^"]*)"\s+data="([^"]*)"\s*/>')
VARIABLE = re.compile(r'\$\$\{([^}]*)\}')
PROLOG = re.compile(r'<\?xml[^>]*\?>')
COMMENT = re.compile(r'<!--.*?-->', re.S)


class Broken(Exception):
    pass


def load(conf, variables):
    """The document's root element. `variables` gets what the files set."""
    text = _file(os.path.join(conf, 'freeswitch.xml'), variables)
    try:
        return XML.fromstring(text)
    except XML.ParseError as error:
        raise Broken('the configuration as a whole: %s' % error)


def _file(path, variables):
    try:
        with open(path) as file:
            text = file.read()
        XML.fromstring(text)
    except (OSError, XML.ParseError) as error:
        raise Broken('%s: %s' % (path, error))
    if LINE.search(''.join(COMMENT.findall(text))):
        raise Broken('%s: an X-PRE-PROCESS line in a comment counts all the same' % path)
    text = PROLOG.sub('', COMMENT.sub('', text))
    lines = [_line(line, path, variables) for line in text.split('\n')]
    return re.sub(r'</?include>', '', '\n'.join(lines))


def _line(line, path, variables):
    found = LINE.search(line)
    if not found:
        return VARIABLE.sub(lambda match: variables.get(match[1], ''), line)
    command, data = found[1], VARIABLE.sub(lambda match: variables.get(match[1], ''), found[2])
    if command == 'set':
        name, _, value = data.partition('=')
        variables[name] = value
        inserted = ''
    elif command == 'include':
        pattern = os.path.join(os.path.dirname(path), data)
        files = sorted(glob.glob(pattern))
        if not files:
            print('[ERR] Error including %s (no such file)' % pattern)
        inserted = ''.join(_file(one, variables) for one in files)
    else:
        raise Broken('%s: X-PRE-PROCESS %s is not supported here (stun-set needs an open network)' % (path, command))
    before, after = line[:found.start()], line[found.end():]
    return before + inserted + (_line(after, path, variables) if LINE.search(after) else after)
