#!/usr/bin/env node
// The only file that touches `process`. `--version` loads nothing else, so that it answers at once.
import manifest from '../../package.json' with { type: 'json' };

const argv = process.argv.slice(2);

if (argv.length === 1 && argv[0] === '--version') process.stdout.write(`mama-play ${manifest.version}\n`);
else {
  const { start } = await import('./start.ts');
  await start(argv, process, manifest.version);
}
