import { isRefusal, type Refusal, refuse, stateTask } from '../contract/task-type.ts';
import { type Editing, editing } from './lib/edit/edited.ts';
import { insertLines, joinLines, splitLines } from './lib/edit/lines.ts';
import { PATH_PATTERN, tidy } from './lib/files/paths.ts';
import {
  canonical,
  type Entry,
  type HostKey,
  hashed,
  isName,
  readEntry,
  readKeys,
} from './lib/known-hosts/entry.ts';

interface Wanted {
  readonly host: string;
  readonly keys: readonly HostKey[];
  readonly hash: boolean;
}

export default stateTask({
  name: 'known_hosts',
  schema: {
    type: 'object',
    description: 'Sees to it that ssh knows a host by its key, or does not.',
    properties: {
      name: {
        type: 'string',
        pattern: '^[^\\s,*?!#@|]+$',
        aliases: ['host'],
        examples: ['github.com', '[git.example.com]:2222'],
        description: 'The name or address of the host, with a port other than 22 as `[name]:port`.',
      },
      key: {
        type: 'string',
        minLength: 1,
        description:
          'Its public key, or several of different types on lines of their own, as `ssh-keyscan` prints them; needed for `state: present`.',
      },
      path: {
        type: 'string',
        pattern: `^~/[^\\0]+$|${PATH_PATTERN}`,
        default: '~/.ssh/known_hosts',
        description: 'The file: an absolute path, or one below the home of the user who runs the task.',
      },
      hash_host: {
        type: 'boolean',
        default: false,
        description: 'Write the name so that it can be recognised, and not read.',
      },
      state: {
        enum: ['present', 'absent'],
        default: 'present',
        description: 'absent: the host is forgotten.',
      },
    },
    required: ['name'],
    additionalProperties: false,
  },
  fields: { path: { type: 'string', description: 'The file.' } },

  desire({ name, key, path, hash_host: hash, state }): Editing | Refusal {
    const host = canonical(name);
    if (state === 'present' && key === undefined)
      return refuse('key is missing', '`state: present` needs it');
    const keys = key === undefined ? [] : readKeys(key, host);
    if (isRefusal(keys)) return keys;
    if (/(^|\/)\.\.(\/|$)/.test(path)) return refuse(`path holds "..": ${path}`);
    const placing = {
      dest: path.startsWith('~/') ? path : tidy(path),
      into: undefined,
      follow: true,
      force: true,
      declared: {},
      validate: null,
      backup: false,
    };
    const wanted = { host, keys, hash };
    if (state === 'absent') return { ...placing, absent: 'leave', edit: (now) => without(now, wanted) };
    return { ...placing, absent: 'make', edit: (now) => withKeys(now, wanted) };
  },
  ...editing,
});

/** Lines of the file, changed one by one: a text replaces a line, null removes it. */
function eachEntry(now: string, change: (entry: Entry, line: string) => string | null): string {
  const text = splitLines(now);
  const lines = text.lines.flatMap((line) => {
    const entry = readEntry(line);
    // What has a marker is about more than one host's key.
    if (entry === null || entry.marker !== null) return [line];
    return change(entry, line) ?? [];
  });
  return joinLines({ ...text, lines, ended: text.ended || lines.length < text.lines.length });
}

function without(now: string, { host, keys }: Wanted): string {
  const meant = (entry: HostKey) =>
    keys.length === 0 || keys.some((key) => key.type === entry.type && key.blob === entry.blob);
  return eachEntry(now, (entry, line) => (meant(entry) ? withoutName(entry, line, host) : line));
}

/** The line stays for the other names that it has. */
function withoutName(entry: Entry, line: string, host: string): string | null {
  const others = entry.names.filter((name) => !isName(name, host));
  if (others.length === entry.names.length) return line;
  return others.length === 0 ? null : `${others.join(',')} ${entry.rest}`;
}

function withKeys(now: string, wanted: Wanted): string {
  return wanted.keys.reduce((text, key) => withKey(text, key, wanted), now);
}

/** The first line that is right stays; other keys of the same type are no keys of this host any more. */
function withKey(now: string, key: HostKey, { host, hash }: Wanted): string {
  let there = false;
  const kept = eachEntry(now, (entry, line) => {
    if (entry.type !== key.type || !entry.names.some((name) => isName(name, host))) return line;
    const right = entry.blob === key.blob && (!hash || entry.names.every((name) => name.startsWith('|1|')));
    if (!right || there) return withoutName(entry, line, host);
    there = true;
    return line;
  });
  if (there) return kept;
  const text = splitLines(kept);
  const line = `${hash ? hashed(host, key) : host} ${key.type} ${key.blob}`;
  return joinLines(insertLines(text, text.lines.length, [line]));
}
