"""What the stand-in takes from the configuration; what is missing is an error, as it would be sooner or later."""
import ipaddress
import re

from .load import Broken, load


class Settings:
    """esl: (address, port, password); profiles: {name: {params}}; gateways: {name: {params}};
    lines: [(extension, expression, socket)]; rtp: (first, last); users: [id]"""

    def __init__(self, conf, local_ip):
        variables = {'local_ip_v4': local_ip, 'sounds_dir': '/usr/share/freeswitch/sounds'}
        self.root = load(conf, variables)
        socket = self._params('event_socket.conf', 'settings')
        self.esl = (_of(socket, 'listen-ip'), int(_of(socket, 'listen-port')), _of(socket, 'password'))
        switch = self._params('switch.conf', 'settings')
        self.rtp = (int(_of(switch, 'rtp-start-port')), int(_of(switch, 'rtp-end-port')))
        self.profiles = {one.get('name'): _params(one.find('settings')) for one in self.root.iter('profile')}
        self.gateways = {one.get('name'): _params(one) for one in self.root.iter('gateway')}
        self.users = [one.get('id') for one in self.root.iter('user')]
        self.modules = [one.get('module') for one in self.root.iter('load')]
        self.networks = [one.get('cidr') for one in self._configuration('acl.conf').iter('node')]
        self.lines = list(self._lines())
        self._check()

    def _configuration(self, name):
        found = self.root.find("./section[@name='configuration']/configuration[@name='%s']" % name)
        if found is None:
            raise Broken('there is no configuration %s' % name)
        return found

    def _params(self, name, below):
        return _params(self._configuration(name).find(below))

    def _lines(self):
        for context in self.root.iter('context'):
            for extension in context.iter('extension'):
                for condition in extension.iter('condition'):
                    for action in condition.iter('action'):
                        if action.get('application') == 'socket':
                            yield extension.get('name'), condition.get('expression'), action.get('data')

    def _check(self):
        for name, params in self.profiles.items():
            for key in ('sip-port', 'context'):
                _of(params, key, 'profile %s' % name)
            for key in ('ext-sip-ip', 'ext-rtp-ip', 'sip-ip', 'rtp-ip'):
                ipaddress.ip_address(_of(params, key, 'profile %s' % name))
        for name, params in self.gateways.items():
            if params.get('register', 'true') == 'true' and not (params.get('username') and params.get('password')):
                raise Broken('gateway %s registers without username and password' % name)
        for network in self.networks:
            ipaddress.ip_network(network)
        for _, expression, _ in self.lines:
            re.compile(expression)
        if 'mod_event_socket' not in self.modules or 'mod_sofia' not in self.modules:
            raise Broken('mod_event_socket and mod_sofia must be loaded')


def _params(element):
    if element is None:
        return {}
    return {one.get('name'): one.get('value') for one in element.findall('param')}


def _of(params, key, where='configuration'):
    if not params.get(key):
        raise Broken('%s: %s is missing' % (where, key))
    return params[key]
