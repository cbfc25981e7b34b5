import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from './lib/images.ts';

const GRAFANA = join(ROOT, 'docker-vms/grafana');

interface Source {
  readonly type: string;
  readonly uid: string;
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly datasource: Source;
  readonly targets: readonly { readonly target: string; readonly datasource: Source }[];
}

const [provisioned] = parse(
  readFileSync(join(GRAFANA, 'provisioning/datasources/graphite.yaml'), 'utf8'),
).datasources;
const [provider] = parse(readFileSync(join(GRAFANA, 'provisioning/dashboards/mama.yaml'), 'utf8')).providers;
const dashboards = readdirSync(join(GRAFANA, 'dashboards')).map((name) => {
  const text = readFileSync(join(GRAFANA, 'dashboards', name), 'utf8');
  return { name, text, board: JSON.parse(text) };
});

describe("Grafana's files", () => {
  it('provision Graphite as the one data source, asked by Grafana itself', () => {
    assert.deepEqual(
      [provisioned.type, provisioned.access, provisioned.url, provisioned.isDefault, provisioned.editable],
      ['graphite', 'proxy', 'http://graphite:8080', true, false],
    );
    assert.equal(provisioned.jsonData.graphiteVersion, '1.1');
  });

  it('have the dashboards where no volume hides them', () => {
    assert.equal(provider.options.path, '/etc/grafana/dashboards');
    const dockerfile = readFileSync(join(GRAFANA, 'Dockerfile'), 'utf8');
    assert.match(dockerfile, /^COPY dashboards \/etc\/grafana\/dashboards$/m);
    const home = /HOME_DASHBOARD_PATH=(\S+)/.exec(dockerfile)![1]!;
    assert.ok(dashboards.some(({ name }) => `${provider.options.path}/${name}` === home));
  });

  it('name in every panel the data source that there is', () => {
    const uids = dashboards.map(({ board }) => board.uid);
    assert.ok(uids.length > 0 && uids.every((uid) => /^[a-zA-Z0-9_-]{1,40}$/.test(uid)));
    assert.equal(new Set(uids).size, uids.length);
    for (const { board } of dashboards) {
      const panels: readonly Panel[] = board.panels;
      assert.ok(panels.length > 0);
      assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
      for (const panel of panels) {
        assert.ok(panel.targets.length > 0, panel.title);
        for (const { type, uid } of [panel.datasource, ...panel.targets.map((one) => one.datasource)])
          assert.deepEqual([type, uid], ['graphite', provisioned.uid]);
      }
    }
  });

  it('are no export for sharing, which would find no data source', () => {
    for (const { text, board } of dashboards) {
      assert.ok(!('__inputs' in board) && !text.includes('${DS_'));
      assert.equal(board.id ?? null, null);
    }
  });
});
