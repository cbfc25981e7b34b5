import { type Diagnostic, formatPosition, isError } from '../contract/diagnostic.ts';
import type { HostRecap, RunEvent, TaskEvent } from '../contract/event.ts';
import { formatDiagnostic } from './diagnostic.ts';
import { outcomeLines } from './outcome.ts';
import { paintFor } from './paint.ts';
import type { Reporter } from './reporter.ts';
import { oneLine } from './text.ts';
import { isBad, isNews, isRepetition, statusWord, taskTitle } from './words.ts';
import { element, escaped } from './xml.ts';

/** What a case may come to beside passing. */
type Verdict = {
  readonly kind: 'failure' | 'error' | 'skipped';
  readonly type: string;
  readonly message: string;
  readonly text: string;
};

interface Case {
  readonly name: string;
  readonly ms: number;
  readonly verdict: Verdict | null;
}

interface Suite {
  readonly play: string;
  readonly host: string;
  readonly began: Date;
  readonly cases: Case[];
  /** What was said of this host, as on a terminal. */
  readonly log: string[];
}

/** Where there is no play yet: what is wrong with the text, and what became of a host that no task tells of. */
const RUN = 'mama-play';
const BARE = paintFor(false);

/**
 * A run as JUnit's XML, as Ant writes it and CI servers read it: a suite for each play on each host, a case for each
 * task or item of a loop. A refused run has a case for each error. `class.name` is `play.host`, which servers show.
 */
export class JUnitReport implements Reporter {
  private readonly diff: boolean;
  private readonly now: () => Date;
  private readonly suites = new Map<string, Suite>();
  private play = RUN;
  private turn = 0;

  constructor(diff: boolean, now: () => Date = () => new Date()) {
    this.diff = diff;
    this.now = now;
  }

  on(event: RunEvent): void {
    if (event.event === 'play') {
      this.play = event.play;
      this.turn++;
    } else if (event.event === 'task') this.task(event);
    else if (event.event === 'error') this.refusal(event.diagnostic);
    else if (event.event === 'recap')
      for (const [host, recap] of Object.entries(event.hosts)) this.host(host, recap);
  }

  close(): void {}

  /** The whole document. */
  text(): string {
    const taken = new Set<string>();
    const suites = [...this.suites.values()].map((suite, id) => suiteXml(suite, id, taken));
    const body = suites.map((suite) => `\n${suite}`).join('');
    return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', {}, `${body}\n`)}\n`;
  }

  private task(event: TaskEvent): void {
    if (isRepetition(event)) return;
    const { cases, log } = this.suite(event.host);
    cases.push({ name: taskTitle(event), ms: event.ms, verdict: this.verdict(event) });
    if (isNews(event)) log.push(...this.lines(event));
  }

  private verdict(event: TaskEvent): Verdict | null {
    const { status: type, msg = '' } = event;
    const message = `${statusWord(type)}${msg === '' ? '' : `: ${oneLine(msg)}`}`;
    if (type === 'skipped' || type === 'unknown') return { kind: 'skipped', type, message, text: '' };
    if (!isBad(event) || event.rescued) return null;
    const kind = type === 'failed' ? 'failure' : 'error';
    return { kind, type, message, text: this.lines(event).join('\n') };
  }

  private lines(event: TaskEvent): string[] {
    return outcomeLines(event, event.host, { diff: this.diff, verbosity: 0, terminal: { colour: false } });
  }

  private refusal(diagnostic: Diagnostic): void {
    if (!isError(diagnostic)) return;
    const { at, code: type, message } = diagnostic;
    const name = `${at ? `${formatPosition(at)}: ` : ''}${oneLine(message)}`;
    const text = formatDiagnostic(diagnostic, BARE).trimEnd();
    const verdict: Verdict = { kind: 'error', type, message: oneLine(message), text };
    this.suite('localhost', RUN, 0).cases.push({ name, ms: 0, verdict });
  }

  /** A host that did not come through, though none of its tasks says so. */
  private host(host: string, { state }: HostRecap): void {
    if (state === 'done') return;
    const own = [...this.suites.values()].filter((suite) => suite.host === host);
    const isTold = own.some(({ cases }) =>
      cases.some((one) => one.verdict && one.verdict.kind !== 'skipped'),
    );
    if (isTold && (state === 'failed' || state === 'unreachable')) return;
    const verdict: Verdict = { kind: 'error', type: state, message: state, text: `${host}: ${state}` };
    this.suite(host, RUN, 0).cases.push({ name: 'the run comes to its end', ms: 0, verdict });
  }

  private suite(host: string, play = this.play, turn = this.turn): Suite {
    const key = JSON.stringify([turn, host]);
    let suite = this.suites.get(key);
    if (!suite) {
      suite = { play, host, began: this.now(), cases: [], log: [] };
      this.suites.set(key, suite);
    }
    return suite;
  }
}

function suiteXml({ play, host, began, cases, log }: Suite, id: number, taken: Set<string>): string {
  const count = (kind: Verdict['kind']) => cases.filter(({ verdict }) => verdict?.kind === kind).length;
  const title = word(play);
  // Servers take what is before the last dot for a package.
  const classname = [title, word(host)].map((part) => part.replaceAll('.', '_')).join('.');
  const attributes = {
    id,
    package: title,
    name: `${title}: ${word(host)}`,
    hostname: word(host),
    timestamp: began.toISOString().slice(0, 19),
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    time: seconds(cases.reduce((sum, { ms }) => sum + ms, 0)),
  };
  const children = [
    element('properties'),
    ...cases.map((one) => caseXml(one, classname, taken)),
    element('system-out', {}, escaped(log.join('\n'))),
    element('system-err'),
  ];
  return element('testsuite', attributes, `\n${children.map((child) => `  ${child}\n`).join('')}`);
}

/** Of two cases of one name servers show one only. */
function caseXml({ name, ms, verdict }: Case, classname: string, taken: Set<string>): string {
  let unique = word(name);
  for (let number = 2; taken.has(`${classname}\n${unique}`); number++) unique = `${word(name)} #${number}`;
  taken.add(`${classname}\n${unique}`);
  const inside = verdict ? verdictXml(verdict) : '';
  return element('testcase', { name: unique, classname, time: seconds(ms) }, inside);
}

function verdictXml({ kind, type, message, text }: Verdict): string {
  return element(kind, kind === 'skipped' ? { message } : { type, message }, escaped(text));
}

/** A name, which is never empty. */
function word(text: string): string {
  return oneLine(text).trim() || '-';
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
