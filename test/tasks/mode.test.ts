import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chmodWord, formatMode, MODE_PATTERN, resolveMode } from '../../src/runner/tasks/lib/files/mode.ts';
import { makeGround, shells } from './harness.ts';

const MODES = [
  'u+x',
  'g=u',
  'o=',
  'a+r,o-w',
  '+x',
  '-w',
  '=r',
  'u=rwX,g=rX,o=',
  'ug+s',
  'u-s',
  '+t',
  'o=g',
  'go-rwx',
  'a=X',
  'u+rw-x',
  'go+rx=s',
  'a+x=r+X,g=u-w',
];

describe('modes', () => {
  it('are octal or symbolic, and nothing else', () => {
    const pattern = new RegExp(MODE_PATTERN);
    for (const mode of ['0644', '644', '1777', '02775', ...MODES]) assert.match(mode, pattern);
    for (const mode of ['', '8', '64', '0o644', 'rwx', 'u', 'u+q', '0644 ', 'u+x,', '11777']) {
      assert.doesNotMatch(mode, pattern);
    }
  });

  it('are shown as four digits and set as five', () => {
    assert.deepEqual([formatMode(0o64), chmodWord(0o755)], ['0064', '00755']);
    assert.equal(resolveMode('755', { bits: 0, directory: false, umask: 0 }), 0o755);
  });

  it('mean what they mean to GNU chmod', () => {
    const gnu = shells()[0] ?? assert.fail();
    const ground = makeGround(gnu);
    const dir = mkdtempSync(join(tmpdir(), 'mama-play-mode-'));
    const file = join(dir, 'f');
    writeFileSync(file, '');
    for (const mode of MODES) {
      for (const bits of [0o644, 0o750, 0o4711, 0o2640, 0]) {
        chmodSync(file, bits);
        const { code } = ground.run(
          { kind: 'script', text: `chmod ${mode.startsWith('-') ? '--' : ''} ${mode} ${file}` },
          { umask: '027' },
        );
        // GNU chmod warns of bits that the umask held back, and is right.
        assert.ok(code === 0 || mode.startsWith('-'), mode);
        const meant = resolveMode(mode, { bits, directory: false, umask: 0o027 });
        assert.equal(
          formatMode(meant),
          formatMode(statSync(file).mode & 0o7777),
          `${mode} on ${formatMode(bits)}`,
        );
      }
    }
    rmSync(dir, { recursive: true });
    ground.remove();
  });
});
