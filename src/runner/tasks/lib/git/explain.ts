import { type Reply, text } from '../../../contract/exchange.ts';
import { type Refusal, refuse } from '../../../contract/task-type.ts';
import type { Checkout } from './desired.ts';
import { DISOWNED, NO_COMMIT, NO_GIT, NO_KEY, PATIENCE } from './session.ts';

/** Why git would not; `asked`: it was only asked for the repository's references. */
export function gitTrouble(reply: Reply, checkout: Checkout, asked = false): Refusal {
  const { repo, dest, version, key_file: key } = checkout;
  switch (reply.code) {
    case NO_GIT:
      return refuse('git is not installed on this host', 'install it in an earlier task (apt: git)');
    case NO_KEY:
      return refuse(
        `key_file ${key} is not there, or may not be read`,
        'put it there in an earlier task (copy)',
      );
    case NO_COMMIT:
      return refuse(`${repo} has no commit ${version}, or more than one whose name begins so`);
    case 124:
    case 143:
      if (asked) return refuse(`${repo} did not answer within ${PATIENCE} s`);
  }
  const said = text(reply.err).trim();
  const hint = HINTS.find(([pattern]) => pattern.test(said))?.[1];
  const what = asked
    ? `${repo} cannot be asked`
    : reply.code === DISOWNED
      ? `${dest} cannot be looked at`
      : dest;
  return refuse(`${what}: ${gitsWords(said) || `git exited ${reply.code}`}`, hint);
}

/** The first of git's own complaints; the lines after it are advice. */
function gitsWords(said: string): string {
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const line = lines.find((one) => /^(fatal|error): /.test(one)) ?? lines.at(-1) ?? '';
  const files = /would be overwritten/.test(line)
    ? ` ${lines
        .filter((one) => one.startsWith('\t'))
        .map((one) => one.trim())
        .join(', ')}`
    : '';
  return line.replace(/^(fatal|error): /, '').trim() + files;
}

/** Only a hint hangs on git's wording, never a decision. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /Host key verification failed/,
    "the host does not know that server's key: put it into known_hosts in an earlier task (copy)",
  ],
  [/Permission denied \(publickey/, 'give a key that the server knows with key_file'],
  [/dubious ownership/, 'run it as the owner of the directory: `become_user`'],
  [/Permission denied/, 'run it as a user who may: `become: true`'],
  [/untracked working tree files would be overwritten/, 'move them away; force: true replaces them'],
  [/\.lock': File exists|index\.lock/, 'another git is at work there; if none is, remove that file'],
  [
    /could not read (Username|Password)/,
    'the server wants a login: give a key with key_file and an ssh address',
  ],
  [
    /transport 'file' not allowed/,
    'git takes no submodules from local directories, unless protocol.file.allow is set',
  ],
];
