import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stop } from '../../scripts/lib/run.ts';
import { convergeScript } from '../lib/converge.ts';
import { sshOptions } from '../lib/ground.ts';
import { TASKS } from '../lib/work.ts';
import { changesDue, mustHaveEnded, type Peer, rootOf } from './peer.ts';

const SCRIPT = join(import.meta.dirname, '../floor.sh');

/** The system's ssh with its default options: its key exchange is a post-quantum one, which costs CPU time. */
export const floor = peer('floor', 'shell script over ssh', []);

/** The same with the key exchange that mama-play's ssh connection has. */
export const floor25519 = peer('floor25519', 'the same, curve25519', [
  '-o',
  'KexAlgorithms=curve25519-sha256',
]);

function peer(name: 'floor' | 'floor25519', title: string, more: readonly string[]): Peer {
  return {
    name,
    title,
    command(site, work) {
      const { dir } = site.ground;
      const [script, hosts] = [join(dir, 'run', 'converge.sh'), join(dir, 'run', `${name}.hosts`)];
      writeFileSync(script, convergeScript());
      const lines = site.places.map(
        (place) => `${place.address} ${place.port} ${rootOf(site, place)} ${place.name}\n`,
      );
      writeFileSync(hosts, lines.join(''));
      const mode = work === 'check' ? 'check' : 'run';
      return { argv: [SCRIPT, script, hosts, mode, ...sshOptions(site.ground), ...more], cwd: dir };
    },
    async judge(site, work, ran) {
      mustHaveEnded(title, ran);
      const lines = ran.stdout.split('\n');
      for (const place of site.places) {
        const due = `${place.name} changed=${changesDue(work, TASKS)}`;
        if (!lines.includes(due))
          throw new Stop(`${title} did not report "${due}":\n${ran.stdout}${ran.stderr}`);
      }
      return {};
    },
  };
}
