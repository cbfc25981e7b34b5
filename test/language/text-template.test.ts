import assert from 'node:assert/strict';
import { source } from '../../src/runner/language/source.ts';
import { compileText } from '../../src/runner/language/text-template.ts';
import { allShown, outcome, scopeOf } from './values-support.ts';

const VARIABLES = {
  name: 'web',
  servers: [
    { host: 'a', port: 80 },
    { host: 'b', port: 81 },
  ],
  tls: false,
};

function rendered(text: string): string {
  const { value, diagnostics } = compileText(source('nginx.conf', text));
  return value ? outcome(value.render(scopeOf(VARIABLES))) : allShown(diagnostics);
}

describe('a template file', () => {
  it('is filled in; lines with nothing but a block tag leave no line behind', () => {
    const text =
      'upstream {{ name }} {\n  {{#each servers}}\n  server {{host}}:{{port}};\n  {{/each}}\n}\n{{#if tls}}\nlisten 443;\n{{/if}}\nend\n';
    assert.equal(rendered(text), JSON.stringify('upstream web {\n  server a:80;\n  server b:81;\n}\nend\n'));
  });

  it('without variables is what it was', () => {
    const text = 'a: ${b} $c {d} }} %{http_code} {# x }\r\n\ttab\n';
    assert.equal(rendered(text), JSON.stringify(text));
  });

  it('is always text, also where it is one lone variable', () => {
    assert.equal(rendered('{{ name }}'), '"web"');
    assert.match(rendered('{{ servers }}'), /^\[template-type\] 1:4 "servers" is a list/);
  });

  it('says where a mistake stands', () => {
    const [diagnostic] = compileText(source('etc/nginx.conf', 'a\nb {{ x | upper }}\n')).diagnostics;
    assert.deepEqual(diagnostic, {
      code: 'jinja',
      at: { file: 'etc/nginx.conf', line: 2, column: 3 },
      message: 'Jinja filters are not known here',
      line: 'b {{ x | upper }}',
      width: 15,
      hint: 'write {{ upper x }}',
    });
  });

  it('points at the place when it is rendered, also with Windows line ends', () => {
    assert.equal(
      rendered('a\r\nb {{ nam }}\r\n'),
      '[undefined-variable] 2:6 there is no variable called "nam"\nb {{ nam }}\n     ^^^\n-> did you mean "name"?',
    );
  });

  it('knows the names in it and where they stand', () => {
    const { value } = compileText(source('x', '{{ a }}\n{{ default b 1 }}'));
    assert.ok(value);
    assert.deepEqual([[...value.reads], [...value.mentions]], [['a'], ['a', 'b']]);
    assert.deepEqual([value.spanOf('b')?.start, value.spanOf('c')], [19, undefined]);
  });

  it('hangs on what is not known', () =>
    assert.equal(rendered('{{ name }} {{ unknown }}'), 'unknown: it is not made yet'));
});
