import { isUnknown, refuse, stateTask } from '../contract/task-type.ts';
import { declared, MODE, OWNERSHIP } from './lib/files/attributes.ts';
import { explainChange } from './lib/files/explain.ts';
import { applyState } from './lib/files/file-apply.ts';
import { decideState, looksAtState, predictState } from './lib/files/file-decide.ts';
import { probeState, readState } from './lib/files/file-probe.ts';
import { PATH_PATTERN, tidy } from './lib/files/paths.ts';
import { writesTo } from './lib/files/predicted.ts';
import { touchesOf } from './lib/files/touches.ts';
import { inWorld } from './lib/files/world.ts';

export default stateTask({
  name: 'file',
  schema: {
    type: 'object',
    description: 'Makes, changes or removes a directory, a symbolic link or a file, and says whose it is.',
    properties: {
      path: {
        type: 'string',
        pattern: PATH_PATTERN,
        aliases: ['dest', 'name'],
        description: 'Absolute path, without `..`.',
      },
      state: {
        enum: ['file', 'directory', 'link', 'touch', 'absent'],
        description:
          'What is wanted there; unless given, whatever is there. `touch` makes an empty file where none is.',
      },
      src: {
        type: 'string',
        minLength: 1,
        pattern: '^[^\\0]*$',
        description: 'What a link (`state: link`) leads to; relative to its directory unless absolute.',
      },
      mode: MODE,
      ...OWNERSHIP,
      recurse: {
        type: 'boolean',
        default: false,
        description: 'Mode, owner and group hold for everything below a directory as well.',
      },
      follow: {
        type: 'boolean',
        default: true,
        description: 'Where the path is a symbolic link, what it leads to is meant.',
      },
      force: {
        type: 'boolean',
        default: false,
        description:
          'A link is made even if nothing is where it leads to, or a file or an empty directory is in its place.',
      },
    },
    required: ['path'],
    additionalProperties: false,
  },
  fields: {
    path: { type: 'string', description: 'The path.' },
    state: {
      type: 'string',
      description: 'What is there afterwards: file, directory, link, other or absent.',
    },
  },

  desire(params) {
    const { src, state, recurse, force } = params;
    const path = tidy(params.path);
    if (src !== undefined && state !== 'link')
      return refuse('`src` says where a link leads to', 'add `state: link`');
    if (params.mode !== undefined && state === 'link')
      return refuse(
        'a link has no mode',
        'remove `mode`, or set it on what the link leads to, in another task',
      );
    if (path === '/' && state === 'absent') return refuse('the root directory cannot be removed');
    if (recurse && state !== undefined && state !== 'directory') {
      return refuse('`recurse` is for a directory', 'say `state: directory`');
    }
    const follow = params.follow && state !== 'link' && state !== 'absent';
    return {
      path,
      state: state ?? null,
      src: src ?? null,
      declared: declared(params),
      recurse,
      follow,
      force,
    };
  },
  probe: probeState,
  read: readState,
  decide: decideState,
  apply: applyState,
  explain: (reply, desired) => explainChange(desired.path, reply),
  result(desired, current, delta, _, world) {
    const facts = inWorld(current.facts, world, desired.follow);
    const kind = isUnknown(facts) ? current.facts.kind : facts.kind;
    return { path: desired.path, state: String(delta?.['state']?.to ?? kind) };
  },
  predict: predictState,
  looksAt: looksAtState,
  mayAlter: (desired, current) => writesTo(desired?.path, current?.facts),
  touches(desired, current) {
    const removesTree = desired.state === 'absent' && current.facts.kind === 'directory';
    return desired.recurse || removesTree || desired.state === 'link' ? null : touchesOf(current.facts);
  },
});
