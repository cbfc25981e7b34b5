// What `npm test` runs: everything. `npm run test:fast` is the part that needs no Docker engine.
import { register } from 'tsx/esm/api';

register();
await import('./lib/test-all.ts');
