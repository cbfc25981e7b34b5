import { permission } from '../../scripts/lib/packages.ts';
import { main, Stop } from '../../scripts/lib/run.ts';
import { down } from './down.ts';
import { shell } from './shell.ts';
import { status } from './status.ts';
import { HOSTS, type TestHost } from './table.ts';
import { up } from './up.ts';

const USUAL = HOSTS.filter((host) => host.always);

const USAGE = `npm run hosts -- up [--bare] [--yes] [NAME…]   bring the test hosts up (--bare: with OpenSSH and sudo only)
npm run hosts -- down [NAME…]                  remove them with all they hold
npm run hosts -- status                        show them
npm run hosts -- ssh NAME [COMMAND…]           open a shell on one, or run a command`;

async function hosts(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv;
  if (command === 'ssh') return shell(named(rest[0]), rest.slice(1));
  const names = rest.filter((word) => !word.startsWith('--'));
  const unknown = rest.find((word) => word.startsWith('--') && word !== '--bare' && word !== '--yes');
  if (unknown) throw new Stop(`Unknown option ${unknown}.\n\n${USAGE}`);
  switch (command) {
    case 'up':
      await up(names.length > 0 ? names.map(named) : USUAL, permission(argv), {
        bare: rest.includes('--bare'),
      });
      return 0;
    case 'down':
      await down(names.length > 0 ? names.map(named) : HOSTS);
      return 0;
    case 'status':
      return (await status()) ? 0 : 1;
    default:
      throw new Stop(USAGE);
  }
}

function named(name: string | undefined): TestHost {
  const host = HOSTS.find((one) => one.name === name);
  if (host) return host;
  throw new Stop(
    `There is no test host ${name ?? '(no name given)'}. There are: ${HOSTS.map((h) => h.name).join(', ')}`,
  );
}

await main(() => hosts(process.argv.slice(2)));
