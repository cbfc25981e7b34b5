import { figure, find, type Row, ratio } from './results.ts';

const TITLES: Readonly<Record<string, string>> = {
  first: 'First run',
  second: 'Second run',
  check: '`--check`',
};

/** Everything that was measured, as Markdown. */
export function tables(rows: readonly Row[]): string {
  return [...Object.keys(TITLES).map((work) => workTable(rows, work)), transferTable(rows), startTable(rows)]
    .filter((text) => text !== '')
    .join('\n\n');
}

function workTable(rows: readonly Row[], work: string): string {
  const mine = rows.filter((row) => row.work === work);
  if (mine.length === 0) return '';
  const times = table(
    [
      'hosts',
      'round trip',
      'mama-play',
      'floor',
      'floor 25519',
      'Mitogen',
      'Ansible',
      '÷ floor',
      'Mitogen ÷',
      'Ansible ÷',
      'round trips',
    ],
    mine.map((row) => [
      String(row.hosts),
      `${row.rtt} ms`,
      ...['ours', 'floor', 'floor25519', 'mitogen', 'ansible'].map((peer) => seconds(row, peer)),
      times2(ratio(row, 'ours', 'floor')),
      times1(ratio(row, 'mitogen', 'ours')),
      times1(ratio(row, 'ansible', 'ours')),
      whole(figure(row, 'ours', 'roundTrips')),
    ]),
  );
  const costs = table(
    [
      'hosts',
      'round trip',
      ...['mama-play', 'floor', 'Mitogen', 'Ansible'].map((name) => `${name}: CPU, memory`),
      'bytes per host',
    ],
    mine.map((row) => [
      String(row.hosts),
      `${row.rtt} ms`,
      ...['ours', 'floor', 'mitogen', 'ansible'].map((peer) => cost(row, peer)),
      whole(figure(row, 'ours', 'bytes') / row.hosts),
    ]),
  );
  return `### ${TITLES[work]}\n\n${times}\n\n${costs}`;
}

function transferTable(rows: readonly Row[]): string {
  const mine = rows.filter((row) => /^(tree|file) /.test(row.work));
  if (mine.length === 0) return '';
  const names: Readonly<Record<string, string>> = { tree: '300 files', file: '100 MB' };
  const body = mine.map((row) => {
    const [what, run] = row.work.split(' ') as [string, string];
    return [
      `${names[what]}, ${run} run`,
      ...['ours', 'rsync', 'rsync -c', 'scp'].map((peer) => seconds(row, peer)),
      times2(ratio(row, 'ours', 'rsync')),
      times2(ratio(row, 'ours', 'scp')),
      cost(row, 'ours'),
    ];
  });
  const head = [
    '',
    'mama-play',
    'rsync -a',
    'rsync -ac',
    'scp -r',
    '÷ rsync',
    '÷ scp',
    'mama-play: CPU, memory',
  ];
  return `### Transfers, 1 host, 0 ms\n\n${table(head, body)}`;
}

function startTable(rows: readonly Row[]): string {
  const row = find(rows, 'start', 0);
  if (!row) return '';
  const body = [
    [...['ours', 'node'].map((peer) => milliseconds(row, peer)), times2(ratio(row, 'ours', 'node'))],
  ];
  return `### Starting up\n\n${table(['mama-play --version', 'node -e 0', 'ratio'], body)}`;
}

/** Columns as wide as their widest cell, so that the text can be read as it is. */
function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) =>
    Math.max(...[head, ...body].map((cells) => cells[i]!.length), title.length),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body.map(line)].join(
    '\n',
  );
}

/** With the number of runs where it is not the usual one. */
function seconds(row: Row, peer: string): string {
  const runs = row.series.find((series) => series.peer === peer)?.runs.length ?? 0;
  if (runs === 0) return '';
  const most = Math.max(...row.series.map((series) => series.runs.length));
  return `${figure(row, peer, 'wall').toFixed(2)} s${runs < most ? ` (${runs}×)` : ''}`;
}

function milliseconds(row: Row, peer: string): string {
  return `${(figure(row, peer, 'wall') * 1000).toFixed(0)} ms`;
}

function cost(row: Row, peer: string): string {
  const cpu = figure(row, peer, 'cpu');
  return Number.isNaN(cpu) ? '' : `${cpu.toFixed(2)} s, ${figure(row, peer, 'rss').toFixed(0)} MB`;
}

function times1(value: number): string {
  return Number.isNaN(value) ? '' : value.toFixed(1);
}

function times2(value: number): string {
  return Number.isNaN(value) ? '' : value.toFixed(2);
}

function whole(value: number): string {
  return Number.isNaN(value) ? '' : String(Math.round(value));
}
