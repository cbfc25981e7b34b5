import assert from 'node:assert/strict';
import { existsSync, lstatSync } from 'node:fs';
import type { Json } from '../../src/runner/contract/json.ts';
import template from '../../src/runner/tasks/template.ts';
import { type Case, type Ground, laws, NASTY } from './harness.ts';

const mode = (g: Ground, path: string) => (lstatSync(g.at(path)).mode & 0o7777).toString(8);
const to = (dest: string, more: Record<string, Json>) => (g: Ground) => ({ dest: g.at(dest), ...more });
const templates = { 'greet.hbs': 'Hello {{who}}\n\n', 'no-end': '{{who}}' };
const variables = { who: '<you> & "me"' };

const cases: readonly Case[] = [
  {
    name: 'renders, unescaped, ending as the template does',
    templates,
    variables,
    params: to('greeting', { src: 'greet.hbs', mode: '0640' }),
    delta: ['content', 'mode', 'state'],
    after: (g) => assert.equal(`${g.text('greeting')}${mode(g, 'greeting')}`, 'Hello <you> & "me"\n\n640'),
  },
  {
    name: 'adds no newline',
    templates,
    variables,
    params: to('f', { src: 'no-end' }),
    after: (g) => assert.equal(g.text('f'), '<you> & "me"'),
  },
  {
    name: 'goes into a directory without its suffix',
    templates,
    variables,
    before: (g) => g.lay({ d: null }),
    params: to('d/', { src: 'greet.hbs' }),
    after: (g) => assert.ok(existsSync(g.at('d/greet'))),
  },
  {
    name: 'renders a directory, without leftovers',
    templates: { 'conf/a.conf.hbs': 'a {{who}}', 'conf/sub/b': 'b {{who}}' },
    variables,
    before: (g) => g.lay({ 'c/old': 'x', 'c/a.conf': 'a' }),
    params: to('c', { src: 'conf/', delete: true, mode: '0600', directory_mode: '0700' }),
    delta: ['./a.conf', './old', './sub', './sub/b'],
    after(g) {
      assert.equal(`${g.text('c/a.conf')} ${g.text('c/sub/b')}`, 'a <you> & "me" b <you> & "me"');
      assert.equal(
        `${mode(g, 'c/a.conf')} ${mode(g, 'c/sub')} ${existsSync(g.at('c/old'))}`,
        '600 700 false',
      );
    },
  },
  {
    name: 'refuses: two templates of one name',
    templates: { 'conf/a.hbs': '', 'conf/a': '' },
    params: to('c', { src: 'conf/' }),
    refused: /^two sources would become a$/,
  },
  {
    name: 'refuses: validate of a directory',
    templates: { 'conf/a': '' },
    params: to('c', { src: 'conf', validate: 'true %s' }),
    refused: /^`validate` is for a single file/,
  },
  {
    name: 'refuses: a template that is not there',
    params: to('c', { src: 'nothing' }),
    refused: /^nothing was not found$/,
  },
];

laws(template, cases, {
  nasty: {
    texts: NASTY,
    case: (text) => ({
      templates: { 't.hbs': '{{who}}' },
      variables: { who: text },
      params: to(text, { src: 't.hbs' }),
      after: (g) => assert.equal(g.text(text), text),
    }),
  },
});
