import type { Diagnostic } from '../../contract/diagnostic.ts';
import { formatDiagnostic } from '../diagnostic.ts';
import { formatNote } from '../note.ts';
import { paintFor } from '../paint.ts';
import { summaryLines } from '../recap.ts';
import { commandWords, type RunHead } from '../run-head.ts';
import { duration, isBad } from '../words.ts';
import { hostsHtml } from './hosts.ts';
import { html, type Markup } from './markup.ts';
import { Budget, outcomeHtml } from './outcome.ts';
import type { Story } from './story.ts';
import { STYLE } from './style.ts';
import { tasksHtml } from './tasks.ts';

const BARE = paintFor(false);

const ENDS: Readonly<Record<number, string>> = {
  0: 'well',
  1: 'refused: nothing was touched',
  2: 'failed',
  3: 'changes were found',
  4: 'a host was unreachable',
  5: 'a host is locked by another run',
  70: 'a bug of mama-play',
  129: 'interrupted',
  130: 'interrupted',
  143: 'interrupted',
};

/**
 * The whole run as one page that needs nothing else: no script, nothing from a network. Failures stand first, then
 * the hosts, then the tasks.
 */
export function pageHtml(story: Story, head: RunHead): string {
  const sections = sectionsOf(story);
  const title = head.playbooks.join(' ');
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}: ${endOf(head)}</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
<header>
<h1>${title}${head.check ? html` <small>dry run</small>` : null} <span class="end ${toneOf(head)}">${endOf(head)}</span></h1>
<p class="command"><code>mama-play ${commandWords(head).join(' ')}</code></p>
<p class="at">${head.started.slice(0, 19).replace('T', ' ')} UTC · ${head.who} · mama-play ${head.version}${head.exit === undefined ? null : ` · exit ${head.exit}`}</p>
${summary(story, head).map((line) => html`<p class="summary">${line}</p>`)}
<nav>${sections.map(({ id, title }) => html`<a href="#${id}">${title}</a> `)}</nav>
</header>
<main>
${sections.map(({ id, title, content }) => html`<section id="${id}"><h2>${title}</h2>\n${content}</section>\n`)}
</main>
</body>
</html>
`;
  return page.html;
}

function endOf({ exit }: RunHead): string {
  return exit === undefined ? 'unfinished' : (ENDS[exit] ?? `exit ${exit}`);
}

function toneOf({ exit }: RunHead): string {
  return exit === 0 ? 'good' : exit === 3 ? 'open' : 'bad';
}

function summary({ recap, doubts }: Story, { elapsed_ms }: RunHead): string[] {
  if (recap) return summaryLines(recap, doubts);
  return elapsed_ms === undefined ? [] : [duration(elapsed_ms)];
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly content: Markup;
}

function sectionsOf(story: Story): Section[] {
  const budget = new Budget();
  const section = (id: string, title: string, content: Markup | null): Section[] =>
    content === null ? [] : [{ id, title, content }];
  return [
    ...section('failures', 'What went wrong', failuresHtml(story, budget)),
    ...section('hosts', 'Hosts', story.hosts.size > 0 ? hostsHtml(story) : null),
    ...section('tasks', 'Tasks', story.plays.length > 0 ? tasksHtml(story, budget) : null),
    ...section('notes', 'Notes', notesHtml(story)),
  ];
}

/** What is wrong with the text, and where it went wrong on hosts. What a `rescue` took care of is not among it. */
function failuresHtml({ wrong, plays }: Story, budget: Budget): Markup | null {
  const failed = plays
    .flatMap(({ tasks }) => [...tasks.values()])
    .flatMap(({ shared }) => [...shared.values()])
    .filter(({ event }) => isBad(event) && !event.rescued);
  if (wrong.length + failed.length === 0) return null;
  return html`${wrong.map((diagnostic) => html`<pre class="outcome">${diagnosticText(diagnostic)}</pre>\n`)}${failed.map((shared) => outcomeHtml(shared, budget, true))}`;
}

function notesHtml({ warnings, notes }: Story): Markup | null {
  const lines = [...warnings.map(diagnosticText), ...notes.map((note) => formatNote(note, BARE))];
  return lines.length === 0 ? null : html`${lines.map((line) => html`<pre>${line}</pre>\n`)}`;
}

function diagnosticText(diagnostic: Diagnostic): string {
  return formatDiagnostic(diagnostic, BARE).trimEnd();
}
