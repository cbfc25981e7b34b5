import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../scripts/lib/run.ts';
import { shells } from '../tasks/harness/shells.ts';
import { IMAGES, ROOT } from './lib/images.ts';

interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** The instructions of a Dockerfile, continued lines joined, comments left out. */
function instructions(text: string): Instruction[] {
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  return lines
    .join('\n')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, word, rest] = /^(\S+)\s+(.*)$/.exec(line)!;
      return { word: word!.toUpperCase(), rest: rest! };
    });
}

function below(folder: string, wanted: (name: string) => boolean): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => wanted(name.split('/').at(-1)!) && statSync(join(ROOT, folder, name)).isFile())
    .map((name) => `${folder}/${name}`)
    .sort();
}

const DOCKERFILES = [...below('docker-vms', isDockerfile), ...below('test/stand-ins', isDockerfile)];
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

function isDockerfile(name: string): boolean {
  return name === 'Dockerfile';
}

describe('the Dockerfiles', () => {
  it('are there, one per image', () => {
    const directories = DOCKERFILES.filter((path) => /^docker-vms\/[^/]+\/Dockerfile$/.test(path));
    assert.deepEqual(directories.map((path) => path.split('/')[1]).sort(), Object.keys(IMAGES).sort());
  });

  for (const path of DOCKERFILES) {
    const all = instructions(read(path));
    const ours = path.startsWith('docker-vms/');
    const isBase = path.includes('/bases/') || path === 'test/stand-ins/base/Dockerfile';

    it(`${path} takes its base from outside`, () => {
      const first = all.findIndex(({ word }) => word === 'FROM');
      const args = all.slice(0, first);
      assert.ok(args.every(({ word }) => word === 'ARG'));
      const base = args.find(({ rest }) => rest.startsWith('BASE_IMAGE='))?.rest.split('=')[1];
      assert.ok(base, 'no ARG BASE_IMAGE before FROM');
      assert.match(all.filter(({ word }) => word === 'FROM').at(-1)!.rest, /^\$\{BASE_IMAGE\}/);
      for (const { word, rest } of all) if (word === 'FROM') assert.match(rest, /^\$\{\w+_IMAGE\}/);
      if (!ours) return;
      for (const { rest } of args) assert.match(rest, /^\w+_IMAGE=\S+:[^:\s]+$/, 'pin a version');
      for (const { rest } of args) assert.doesNotMatch(rest, /:latest$/);
    });

    it(`${path} needs nothing that Docker 20.10 lacks, and no shell around what it starts`, () => {
      assert.doesNotMatch(read(path), /^#\s*syntax/m);
      for (const { word, rest } of all) {
        assert.notEqual(word, 'MAINTAINER');
        assert.notEqual(word, 'ADD', 'COPY says what it does');
        assert.doesNotMatch(rest, /^--(mount|chmod)|<<\w/);
        if (word === 'CMD' || word === 'ENTRYPOINT') assert.ok(Array.isArray(JSON.parse(rest)));
        if (word === 'HEALTHCHECK') assert.match(rest, /CMD \[/);
      }
    });

    it(`${path} holds no secret`, () => {
      for (const { word, rest } of all) {
        if (word === 'ENV' || word === 'ARG')
          assert.doesNotMatch(rest, /(PASSWORD|SECRET|TOKEN|PASS|_KEY)\w*=\S/i);
      }
    });

    if (isBase) continue;

    it(`${path} downloads nothing`, () => {
      for (const { word, rest } of all) {
        if (word === 'RUN') assert.doesNotMatch(rest, /\b(curl|wget|apt|apt-get|pip|npm|git|apk)\b|:\/\//);
      }
    });
  }

  for (const name of Object.keys(IMAGES)) {
    it(`${name} has a health check and one way in`, () => {
      const all = instructions(read(`docker-vms/${name}/Dockerfile`));
      const inherited = IMAGES[name as keyof typeof IMAGES] === 'docker-vms/bases/worker';
      assert.ok(inherited || all.some(({ word }) => word === 'HEALTHCHECK'), 'no HEALTHCHECK');
      assert.equal(all.filter(({ word }) => word === 'ENTRYPOINT').length, 1);
      const [entry] = JSON.parse(all.find(({ word }) => word === 'ENTRYPOINT')!.rest);
      assert.match(entry, /^\/usr\/local\/bin\/mama-/);
      const script = read(`docker-vms/${name}/${entry.split('/').at(-1)}`);
      assert.match(script, /^#!\/bin\/sh\n/);
      // `worker` and `become` of bases/worker/worker.sh end in exec themselves.
      const last = script.trimEnd().replace(/\\\n/g, ' ').split('\n').at(-1)!;
      assert.match(last, /^(exec|worker|become) /);
    });
  }
});

describe('the scripts of the images', () => {
  const scripts = below('docker-vms', (name) => name.startsWith('mama-') || name.endsWith('.sh'));

  it('are found', () => assert.ok(scripts.length >= 16, scripts.join(' ')));

  for (const path of scripts.filter((one) => read(one).startsWith('#!/bin/sh') || one.endsWith('.sh'))) {
    it(`${path} is a POSIX script`, async () => {
      for (const shell of shells()) {
        const { code, stderr } = await run(shell.path, ['-n', join(ROOT, path)]);
        assert.equal(code, 0, stderr);
      }
    });
  }
});
