import assert from 'node:assert/strict';
import type { Play } from '../../src/runner/language/model.ts';
import { Cursor, comparePositions } from '../../src/runner/plan/cursor.ts';
import { block, flush, play, task } from './nodes.ts';

/** Walks a play; names in `failing` fail, names in `notifies` notify handlers. Returns what ran, and how it ended. */
function walk(of: Play, failing: string[] = [], notifies: Record<string, string[]> = {}) {
  const waiting = new Set<string>();
  const ran: string[] = [];
  let previous: readonly number[] = [];
  let cursor = Cursor.start(of, (handler) => waiting.has(handler.name ?? ''));
  for (let leaf = cursor.leaf(); leaf && ran.length < 100; leaf = cursor.leaf()) {
    const position = cursor.position();
    assert.ok(comparePositions(previous, position) < 0, `${ran.at(-1)} is not before the next place`);
    previous = position;
    if (leaf.kind === 'enter') {
      const list = (leaf.node.loop as unknown as { rounds: string[] }).rounds;
      cursor = cursor.enter(list.map((item) => new Map([['item', item]])));
      continue;
    }
    assert.equal(leaf.kind, 'task');
    if (leaf.kind !== 'task') break;
    const name = leaf.task.name ?? '';
    const rounds = cursor.rounds().map((round) => round.get('item'));
    ran.push(rounds.length > 0 ? `${name}[${rounds.join()}]` : name);
    waiting.delete(name);
    for (const handler of notifies[name] ?? []) waiting.add(handler);
    cursor = failing.includes(name) ? cursor.fail() : cursor.next();
  }
  return { ran: ran.join(' '), failed: cursor.failed };
}

const loop = (...rounds: string[]) => ({ rounds }) as never;

describe('cursor', () => {
  it('goes through tasks and plain blocks in order', () => {
    const of = play([task('a'), block({ block: [task('b'), block({ block: [task('c')] })] }), task('d')]);
    assert.deepEqual(walk(of), { ran: 'a b c d', failed: false });
  });

  it('a failure outside a block ends the way', () => {
    assert.deepEqual(walk(play([task('a'), task('b')]), ['a']), { ran: 'a', failed: true });
  });

  it('a rescue takes the place of the rest of its block, and always follows', () => {
    const of = play([
      block({ block: [task('a'), task('b')], rescue: [task('r')], always: [task('z')] }),
      task('c'),
    ]);
    assert.deepEqual(walk(of), { ran: 'a b z c', failed: false });
    assert.deepEqual(walk(of, ['a']), { ran: 'a r z c', failed: false });
    assert.deepEqual(walk(of, ['a', 'r']), { ran: 'a r z', failed: true });
    assert.deepEqual(walk(of, ['a', 'z']), { ran: 'a r z', failed: true });
  });

  it('without a rescue, always runs and the failure goes on outwards', () => {
    const inner = block({ block: [task('a')], always: [task('z')] });
    assert.deepEqual(
      walk(play([block({ block: [inner, task('b')], rescue: [task('r')] }), task('c')]), ['a']),
      {
        ran: 'a z r c',
        failed: false,
      },
    );
    assert.deepEqual(walk(play([inner, task('c')]), ['a']), { ran: 'a z', failed: true });
  });

  it('a looped block runs once per round, and not at all without rounds', () => {
    const of = play([block({ block: [task('a'), task('b')] }, { loop: loop('1', '2') }), task('c')]);
    assert.deepEqual(walk(of), { ran: 'a[1] b[1] a[2] b[2] c', failed: false });
    const none = play([block({ block: [task('a')] }, { loop: loop() }), task('c')]);
    assert.deepEqual(walk(none), { ran: 'c', failed: false });
  });

  it('a looped block rescues in each round', () => {
    const of = play([
      block({ block: [task('a')], rescue: [task('r')] }, { loop: loop('1', '2') }),
      task('c'),
    ]);
    assert.deepEqual(walk(of, ['a']), { ran: 'a[1] r[1] a[2] r[2] c', failed: false });
  });

  it('a flush runs notified handlers only, in order of definition', () => {
    const handlers = [task('h1'), task('h2'), task('h3')];
    const of = play([task('a'), task('b'), flush(), task('c'), flush()], handlers);
    assert.deepEqual(walk(of, [], { a: ['h3'], b: ['h1'] }), { ran: 'a b h1 h3 c', failed: false });
    assert.deepEqual(walk(of, [], { a: ['h2'], c: ['h2'] }), { ran: 'a b h2 c h2', failed: false });
  });

  it('a handler may notify handlers after it and before it', () => {
    const handlers = [task('h1'), task('h2'), task('h3')];
    const of = play([task('a'), flush()], handlers);
    assert.deepEqual(walk(of, [], { a: ['h2'], h2: ['h3', 'h1'] }), { ran: 'a h2 h3 h1', failed: false });
  });

  it('handlers that notify each other come to an end', () => {
    const of = play([task('a'), flush(), task('b')], [task('h1'), task('h2')]);
    const { ran, failed } = walk(of, [], { a: ['h1'], h1: ['h2'], h2: ['h1'] });
    assert.equal(failed, false);
    assert.match(ran, /^a h1 h2 .*b$/);
  });
});
