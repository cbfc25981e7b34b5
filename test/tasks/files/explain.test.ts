import assert from 'node:assert/strict';
import { barredParent, explainChange } from '../../../src/runner/tasks/lib/files/explain.ts';

describe('why a change of a file failed', () => {
  const hintOf = (said: string) =>
    explainChange('/etc/hosts', { kind: 'reply', code: 1, out: Buffer.of(), err: Buffer.from(said) }).hint;

  it('is told with what to do', () => {
    assert.match(
      hintOf("cp: cannot open './x': Permission denied") ?? '',
      /^run it as a user who may: `become: true`$/,
    );
    assert.match(hintOf("mv: cannot move 'x' to 'y': Operation not permitted") ?? '', /chattr -i/);
    assert.match(hintOf("mv: cannot move 'x' to 'y': Device or resource busy") ?? '', /^it is mounted there/);
    assert.match(hintOf('sh: 14: printf: printf: I/O error') ?? '', /^the file system there may be full/);
    assert.equal(hintOf('No space left on device'), undefined);
    const full =
      'tar: f: Cannot write: No space left on device\ntar: Exiting with failure status due to previous errors';
    assert.equal(
      explainChange('/t', { kind: 'reply', code: 1, out: Buffer.of(), err: Buffer.from(full) }).refusal,
      'could not change /t: tar: f: Cannot write: No space left on device',
    );
  });

  it('does not send root to become root', () => {
    assert.match(barredParent('/mnt/x', 'mama 0755').hint ?? '', /become: true/);
    assert.match(barredParent('/mnt/x', 'root 0755, read-only').hint ?? '', /^root may not either/);
  });
});
