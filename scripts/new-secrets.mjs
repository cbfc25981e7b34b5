// Makes the secrets of an environment, new and random, as a vault:
//
//   node scripts/new-secrets.mjs qa --ask-vault-pass            (or --vault-password-file FILE)
//   node scripts/new-secrets.mjs qa --example --vault-password-file inventory/example-vault-password
//
// What is secret is what the roles' variables.yaml say; each value fits its pattern. Further options go to
// `mama-play vault encrypt`. A vault that is there is not written over, unless with --force or where it is the example.
import { spawnSync } from 'node:child_process';
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const EXAMPLE_PASSWORD = 'inventory/example-vault-password';

const [environment, ...rest] = process.argv.slice(2);
const own = ['--example', '--force'];
const options = rest.filter((word) => !own.includes(word));
if (!['qa', 'prod'].includes(environment ?? ''))
  stop('Which environment? node scripts/new-secrets.mjs qa|prod');
if (options.length === 0)
  stop('How is the vault locked? Give --ask-vault-pass or --vault-password-file FILE');
const file = `inventory/group_vars/${environment}/secrets.yaml`;
if (!rest.includes('--force') && existsSync(join(ROOT, file)) && !isExample(file)) {
  stop(`${file} is there, and is no example. --force makes all its secrets new`);
}

const settings = read(`inventory/group_vars/${environment}/main.yaml`);
const secrets = {
  ...(rest.includes('--example') ? { mama_example_vault: true } : {}),
  ...Object.fromEntries([...declared('app'), ...declared('infr')]),
  // What carriers gave out is to be put in with `mama-play vault edit`.
  smpp_passwords: named(settings.smpp_lines, () => text(8)),
  sip_passwords: named(
    settings.sip_gateways.filter((gateway) => gateway.username),
    () => text(24),
  ),
};
if (!encrypted(stringify(secrets))) stop(`${file} was not written`);
console.log(`${file}: ${Object.keys(secrets).length} secrets`);
console.log('Carriers give their own SIP and SMPP passwords: put them in with mama-play vault edit.');

/** The required secrets of a role, each with a new value. */
function* declared(role) {
  const { properties, required } = read(`roles/${role}/variables.yaml`);
  for (const [name, schema] of Object.entries(properties)) {
    if (schema.secret && required.includes(name)) yield [name, made(schema.pattern)];
  }
}

function made(pattern) {
  if (pattern.startsWith('^[0-9a-f]{8}(-')) return randomUUID();
  const hex = /^\^\[0-9a-f\]\{(\d+)\}\$$/.exec(pattern);
  if (hex) return randomBytes(Number(hex[1]) / 2).toString('hex');
  const least = /^\^\[A-Za-z0-9\]\{(\d+),\}\$$/.exec(pattern);
  return least ? text(Number(least[1]) + 16) : stop(`No value is known for the pattern ${pattern}`);
}

function text(length) {
  return Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}

function named(list, make) {
  return Object.fromEntries(list.map(({ name }) => [name, make()]));
}

function isExample(path) {
  const password = join(ROOT, EXAMPLE_PASSWORD);
  if (!existsSync(password)) return false;
  const seen = mamaPlay(['vault', 'view', join(ROOT, path), '--vault-password-file', password]);
  return seen.status === 0 && /^mama_example_vault: true$/m.test(seen.stdout);
}

/** The text lies in a file for us alone, in memory where that can be: stdin is for whoever types the password. */
function encrypted(plain) {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'mama-secrets-'));
  try {
    const from = join(folder, 'plain');
    writeFileSync(from, plain, { mode: 0o600 });
    const args = ['vault', 'encrypt', from, '--output', join(ROOT, file), ...options];
    return mamaPlay(args, { stdio: 'inherit' }).status === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function mamaPlay(args, how) {
  const tool = process.env.MAMA_PLAY ?? join(ROOT, 'dist/main.js');
  return spawnSync(process.execPath, [tool, ...args], { encoding: 'utf8', ...how });
}

function read(path) {
  return parse(readFileSync(join(ROOT, path), 'utf8'));
}

function stop(message) {
  console.error(message);
  process.exit(1);
}
