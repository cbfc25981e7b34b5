// Loaded by `.mocharc.fast.json`: this is the fast run. A case is tried in one of the shells, and what this machine
// lacks is left out. `npm test` tries everything.
import { existsSync } from 'node:fs';

process.env.MAMA_TEST_FAST ??= '1';

const places = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const isWorker = process.env.MOCHA_WORKER_ID !== undefined;
if (!isWorker && !places.some((dir) => existsSync(`${dir}/busybox`)))
  console.log('busybox is missing: nothing is tried in its shell (apt-get install busybox)');
