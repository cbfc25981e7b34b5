import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { splitWords } from '../language/shell-words.ts';
import { privateFolder } from './private-folder.ts';
import type { Terminal } from './terminal.ts';
import { type FileFault, writeNew } from './vault-files.ts';

/** What vim would write elsewhere: swap and undo files, backups, registers. */
const VIM = ['-n', '-i', 'NONE', '-c', 'set noundofile nobackup nowritebackup'];

/**
 * Let a person edit a text that must not lie around: in a file of its own, for them only, in memory where that can be had.
 * It is overwritten and removed however the editor ends.
 */
export async function edit(
  text: Uint8Array,
  name: string,
  terminal: Terminal,
): Promise<Uint8Array | FileFault> {
  const words = splitWords(terminal.env['VISUAL'] || terminal.env['EDITOR'] || 'vi')?.map(
    (word) => word.text,
  );
  if (!words?.[0])
    return { kind: 'fault', message: 'the name of the editor ($VISUAL, $EDITOR) can not be read' };
  const folder = privateFolder(terminal.env);
  try {
    if (!folder.inMemory)
      terminal.err(
        `mama-play: the text is edited in ${folder.path}, which may be on a disk, as no tmpfs is there\n`,
      );
    const file = join(folder.path, basename(name));
    writeNew(file, text);
    const trouble = await run(words[0], [...words.slice(1), file], terminal);
    return trouble ?? readFileSync(file);
  } finally {
    folder.wipe();
  }
}

/** ^C is the editor's own; what ends us ends it first, so that we can still clean up. */
function run(editor: string, words: readonly string[], terminal: Terminal): Promise<FileFault | null> {
  const own = /^n?vim$/.test(basename(editor)) ? VIM : [];
  const child = spawn(editor, [...own, ...words], { stdio: 'inherit', env: { ...terminal.env } });
  terminal.onInterrupt((signal) => {
    if (signal !== 'SIGINT') child.kill(signal);
  });
  const fault = (message: string): FileFault => ({ kind: 'fault', message });
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      resolve({
        ...fault(`the editor ${editor} can't be started (${error.code})`),
        hint: 'name another one in $EDITOR',
      });
    });
    child.once('close', (code, signal) => {
      const end = signal ? `was ended by ${signal}` : `ended with ${code}`;
      resolve(code === 0 ? null : fault(`the editor ${end}: nothing was changed`));
    });
  });
}
