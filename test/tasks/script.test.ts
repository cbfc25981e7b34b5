import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import type { Json } from '../../src/runner/contract/json.ts';
import { isRefusal } from '../../src/runner/contract/task-type.ts';
import script from '../../src/runner/tasks/script.ts';
import {
  declarationLaws,
  type Ground,
  inEachShell,
  NASTY,
  perform,
  registersWhatItDeclares,
  say,
} from './harness.ts';

declarationLaws(script);

const files = {
  'args.sh': '#!/bin/sh\nfor a; do printf \'%s.\' "$a"; done\n',
  'sub/plain name': 'echo "in $PWD"; cat; ls -l "$0" | cut -c 1-10; echo "${0%.*}"; exit 3',
  'big.sh': `echo big\nexit 0\n${'# filling\n'.repeat(150_000)}`,
  'killed.sh': 'kill -TERM $$\n',
  'bytes.sh': Buffer.from([...Buffer.from("#!/bin/sh\nprintf '"), 0xe9, ...Buffer.from("' | od -An -tx1\n")]),
};

async function run(g: Ground, params: Json) {
  g.lay({ tmp: null });
  const done = await perform(script, params, { ...g, run: (s, more) => g.run(s, { ...more, ...there(g) }) });
  assert.ok('verdict' in done, JSON.stringify(done));
  registersWhatItDeclares(script, done.verdict.result);
  assert.deepEqual(readdirSync(g.at('tmp')), [], 'the script was left on the host');
  return done.verdict;
}

const NONE = {
  chdir: undefined,
  creates: undefined,
  removes: undefined,
  unless: undefined,
  onlyif: undefined,
};

const there = (g: Ground) => ({ env: { TMPDIR: g.at('tmp') } });

describe('script', () => {
  const each = (title: string, test: (g: Ground) => Promise<void>) => inEachShell(title, test, { files });

  each('runs a script with arguments as they are', async (g) => {
    for (const text of NASTY) {
      const word = `'${text.replaceAll("'", `'"'"'`)}'`;
      assert.equal((await run(g, `args.sh -x ${word}`)).result['stdout'], `-x.${text}.`);
    }
  });

  each('says its status, directory and mode, with an empty stdin', async (g) => {
    const done = await run(g, { cmd: "'sub/plain name'", chdir: g.dir });
    assert.equal(done.result['stdout'], `in ${g.dir}\n-rwx------\n${g.at('tmp')}/mama-play-script`);
    assert.deepEqual([done.changed, done.result['rc']], [true, 3]);
    assert.match(done.failed ?? '', /^exited 3\n/);
    assert.match((await run(g, 'killed.sh')).failed ?? '', /^was ended by signal 15/);
  });

  each('sends large ones and bytes', async (g) => {
    assert.equal((await run(g, 'big.sh')).result['stdout'], 'big');
    assert.equal((await run(g, 'bytes.sh')).result['stdout'], ' e9');
  });

  each('takes another program, and fails where it is missing', async (g) => {
    assert.match(
      (await run(g, { cmd: 'args.sh', executable: 'cat' })).result['stdout'] as string,
      /^#!.*sh\nfor/,
    );
    assert.match((await run(g, { cmd: 'args.sh', executable: '/no/such' })).failed ?? '', /^exited 12[67]: /);
  });

  each('does not run one that came incomplete', async (g) => {
    g.lay({ tmp: null });
    const file = g.local.file('args.sh');
    assert.ok(!isRefusal(file));
    const desired = {
      cmd: 'x',
      file: { ...file, size: 5, bytes: () => Buffer.from('echo') },
      args: [],
      executable: undefined,
      guards: NONE,
    };
    const change = script.perform(desired);
    const reply = await say(change, { ...g, run: (s, more) => g.run(s, { ...more, ...there(g) }) });
    assert.equal(`${reply.code} ${Buffer.from(reply.err)}`, '1 the script came incomplete\n');
    assert.deepEqual(readdirSync(g.at('tmp')), []);
  });

  each('is needless where its guard says so, and refuses what is not there', async (g) => {
    g.lay({ done: '' });
    const path = g.at('done');
    const done = await perform(script, { cmd: 'args.sh', creates: path }, g);
    assert.deepEqual(done, { kind: 'needless', because: `${path} exists` });
    const missing = await perform(script, 'none.sh a', g);
    assert.ok(missing.kind === 'refused' && missing.by === 'desire' && /none\.sh/.test(missing.refusal));
    const open = await perform(script, "args.sh 'a", g);
    assert.ok(open.kind === 'refused' && open.refusal === "a quote is not closed: args.sh 'a");
    const empty = await perform(script, "''", g);
    assert.ok(empty.kind === 'refused' && empty.refusal === 'cmd names no script');
    const nowhere = await run(g, { cmd: 'args.sh', chdir: g.at('no') });
    assert.equal(nowhere.failed, `the directory ${g.at('no')} does not exist or may not be entered`);
  });
});
