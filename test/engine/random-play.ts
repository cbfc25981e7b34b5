import fc from 'fast-check';

/** A task, block or handler as plain data, to be written as YAML (which JSON is). */
export type Data = { readonly [key: string]: unknown };

const NAMES = ['a', 'b', 'c'] as const;
const REGISTERS = ['r0', 'r1', 'r2'] as const;
const HANDLERS = ['h0', 'h1', 'h2'] as const;

const name = fc.constantFrom(...NAMES);
/** Paths that meet each other: a file where another task wants a directory is a fair failure. */
const path = fc.array(name, { minLength: 1, maxLength: 2 }).map((parts) => `{{ root }}/${parts.join('/')}`);
const mode = fc.constantFrom('0600', '0644', '0755');
const text = fc.constantFrom(
  '',
  'one\n',
  'two\n',
  'it\'s $(none) `of` "ours"\n',
  'line 1\nline 2\n',
  'x{{ n }}\n',
);

const fileTask = fc.oneof(
  fc.record({ path, state: fc.constant('directory'), mode }),
  fc.record({ path, state: fc.constant('directory') }),
  fc.record({ path, state: fc.constant('absent') }),
  fc.record({ path, state: fc.constant('file'), mode }),
  fc.record({ path, state: fc.constant('link'), src: fc.constant('{{ root }}/a') }),
);

const action: fc.Arbitrary<Data> = fc.oneof(
  { weight: 4, arbitrary: fileTask.map((params) => ({ file: params })) },
  { weight: 4, arbitrary: fc.record({ dest: path, content: text }).map((params) => ({ copy: params })) },
  {
    weight: 1,
    arbitrary: fc.record({ dest: path, content: text, mode }).map((params) => ({ copy: params })),
  },
  { weight: 2, arbitrary: fc.record({ path }).map((params) => ({ stat: params })) },
  { weight: 2, arbitrary: name.map((n) => ({ shell: `echo ${n} >> {{ root }}/log` })) },
  {
    weight: 1,
    arbitrary: name.map((n) => ({
      shell: { cmd: `echo ${n} >> {{ root }}/made-${n}`, creates: `{{ root }}/made-${n}` },
    })),
  },
  {
    weight: 1,
    arbitrary: path.map((p) => ({ shell: { cmd: `rm -rf ${p}; echo gone`, onlyif: `test -d ${p}` } })),
  },
  { weight: 1, arbitrary: path.map((p) => ({ command: `cat ${p}` })) },
  { weight: 1, arbitrary: fc.nat(3).map((n) => ({ set_fact: { n } })) },
  { weight: 1, arbitrary: fc.nat(3).map((n) => ({ assert: { that: [`n < ${n + 1}`] } })) },
  { weight: 1, arbitrary: fc.constant({ debug: { msg: 'n is {{ n }}' } }) },
  { weight: 1, arbitrary: fc.constant({ fail: { msg: 'on purpose' } }) },
);

const condition = fc.oneof(
  fc.constantFrom('true', 'n == 1', 'n < 2'),
  fc.constantFrom(...REGISTERS).map((r) => `has(vars.${r}) && ${r}.changed`),
  fc.constantFrom(...REGISTERS).map((r) => `has(vars.${r}) && !${r}.failed`),
);

/** Words around an action, each there now and then. */
const words = fc.record(
  {
    when: condition,
    register: fc.constantFrom(...REGISTERS),
    ignore_errors: fc.constant(true),
    notify: fc.constantFrom(...HANDLERS),
    changed_when: fc.boolean(),
  },
  { requiredKeys: [] },
);

const sparse = fc
  .tuple(words, fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }))
  .map(([all, keep]) => Object.fromEntries(Object.entries(all).filter((_, i) => keep[i])));

const LOOPED = {
  file: { file: { path: '{{ root }}/{{ item }}', state: 'directory' } },
  copy: { copy: { dest: '{{ root }}/loop-{{ item }}', content: 'n={{ n }} {{ item }}\n' } },
  shell: { shell: 'echo {{ item }} >> {{ root }}/log' },
} as const;

function nodeOf(what: fc.Arbitrary<Data>, looped: readonly (keyof typeof LOOPED)[]): fc.Arbitrary<Data> {
  const plain = fc.tuple(what, sparse).map(([one, around]): Data => ({ ...one, ...around }));
  const loop = fc
    .tuple(fc.subarray([...NAMES], { minLength: 1 }), fc.constantFrom(...looped), sparse)
    .map(([items, type, around]): Data => ({ ...LOOPED[type], ...around, loop: items }));
  return fc.letrec<{ node: Data; block: Data }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 2 },
      { weight: 6, arbitrary: plain },
      { weight: 1, arbitrary: loop },
      { weight: 1, arbitrary: tie('block') },
    ),
    block: fc
      .record(
        {
          block: fc.array(tie('node'), { minLength: 1, maxLength: 4 }),
          rescue: fc.array(tie('node'), { minLength: 1, maxLength: 2 }),
          always: fc.array(tie('node'), { minLength: 1, maxLength: 2 }),
        },
        { requiredKeys: ['block'] },
      )
      .map((parts): Data => parts),
  })).node;
}

const flushNow = fc.constant<Data>({ meta: 'flush_handlers' });

export interface RandomPlay {
  readonly tasks: readonly Data[];
  readonly handlers: readonly Data[];
}

export function randomPlayOf(
  what: fc.Arbitrary<Data>,
  looped: readonly (keyof typeof LOOPED)[] = ['file', 'copy', 'shell'],
): fc.Arbitrary<RandomPlay> {
  const node = nodeOf(what, looped);
  return fc.record({
    tasks: fc.array(fc.oneof({ weight: 12, arbitrary: node }, { weight: 1, arbitrary: flushNow }), {
      minLength: 1,
      maxLength: 14,
    }),
    handlers: fc.tuple(
      ...HANDLERS.map((handler) =>
        fc.tuple(what, fc.option(fc.constantFrom(...HANDLERS), { freq: 4 })).map(
          ([one, next]): Data => ({
            name: handler,
            ...one,
            ...(next && next !== handler ? { notify: next } : {}),
          }),
        ),
      ),
    ),
  });
}

/** Random plays over a few paths, registers and handlers that keep meeting each other. */
export const randomPlay: fc.Arbitrary<RandomPlay> = randomPlayOf(action);

const line = fc.constantFrom('one', 'two', 'x1');
const edits: fc.Arbitrary<Data> = fc.oneof(
  fc.record({ path, line, create: fc.boolean() }).map((params) => ({ lineinfile: params })),
  fc.record({ path, line, state: fc.constant('absent') }).map((params) => ({ lineinfile: params })),
  fc.record({ path, block: text, create: fc.constant(true) }).map((params) => ({ blockinfile: params })),
  fc.record({ dest: path, mode }).map((params) => ({ template: { src: 'page', ...params } })),
  fc.record({ dest: path, src: path }).map((params) => ({ copy: { remote_src: true, ...params } })),
  fc.record({ dest: path, content: text }).map((params) => ({ copy: { backup: true, ...params } })),
  path.map((p) => ({ shell: { cmd: `echo ran >> {{ root }}/guarded`, creates: p } })),
  fc.constant<Data>({ command: { cmd: 'true' }, changed_when: false }),
);

/** For what a dry run says of a play: as above, and files that are edited, and guards on the paths of other tasks. */
export const dryPlay: fc.Arbitrary<RandomPlay> = randomPlayOf(
  fc.oneof({ weight: 5, arbitrary: action }, { weight: 3, arbitrary: edits }),
);

/** As above, with some tasks that are never done (`check_mode: true`). */
export const partlyDryPlay: fc.Arbitrary<RandomPlay> = fc
  .tuple(dryPlay, fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }))
  .map(([{ tasks, handlers }, dry]) => {
    let count = 0;
    const marked = (node: Data): Data => {
      if ('block' in node) return eachOf(node, marked);
      return dry[count++ % dry.length] && !('meta' in node) ? { ...node, check_mode: true } : node;
    };
    return { tasks: tasks.map(marked), handlers: handlers.map(marked) };
  });

/** Plays of which everything can be known before: nothing but files, values and conditions. */
export const calmPlay: fc.Arbitrary<RandomPlay> = randomPlayOf(
  fc.oneof(
    fileTask.filter(({ state }) => state !== 'link').map((params): Data => ({ file: params })),
    fc.record({ dest: path, content: text }).map((params): Data => ({ copy: params })),
    fc.record({ dest: path, content: text, mode }).map((params): Data => ({ copy: params })),
    fc.record({ path, line, create: fc.boolean() }).map((params): Data => ({ lineinfile: params })),
    fc.record({ dest: path, mode }).map((params): Data => ({ template: { src: 'page', ...params } })),
    fc.nat(3).map((n): Data => ({ set_fact: { n } })),
    fc.nat(3).map((n): Data => ({ assert: { that: [`n < ${n + 1}`] } })),
    fc.constant<Data>({ fail: { msg: 'on purpose' } }),
  ),
  ['file', 'copy'],
);

/** Plays of nothing but files, whose every change can be settled by asking. */
export const filePlay: fc.Arbitrary<RandomPlay> = fc.record({
  tasks: fc.array(
    fc
      .tuple(
        fc.oneof(
          fileTask.map((params): Data => ({ file: params })),
          fc.record({ dest: path, content: text }).map((params): Data => ({ copy: params })),
        ),
        sparse,
      )
      .map(([what, around]): Data => ({ ...what, ...around, ignore_errors: true })),
    { minLength: 1, maxLength: 10 },
  ),
  handlers: fc.tuple(
    ...HANDLERS.map((handler) =>
      fileTask.map((params): Data => ({ name: handler, file: params, ignore_errors: true })),
    ),
  ),
});

/** A block with other nodes in it. */
function eachOf(block: Data, change: (node: Data) => Data): Data {
  return Object.fromEntries(
    Object.entries(block).map(([key, nodes]) => [key, (nodes as Data[]).map(change)]),
  );
}

/** The play as a playbook's text. */
export function playbookText(play: RandomPlay): string {
  let count = 0;
  const named = (node: Data): Data => {
    if ('block' in node) return eachOf(node, named);
    return 'meta' in node ? node : { name: `t${++count}`, ...node };
  };
  return JSON.stringify(
    [{ name: 'random', hosts: 'all', vars: { n: 1 }, tasks: play.tasks.map(named), handlers: play.handlers }],
    null,
    1,
  );
}
