import { duration } from '../words.ts';
import { isEvent, KINDS, wordOf } from './kinds.ts';
import { html, type Markup } from './markup.ts';
import type { Kind, Stretch } from './story.ts';

/** A timeline has so many places; what falls on one of them is told by the most urgent. */
const PLACES = 400;
const TICKS = 4;

/** Neighbouring places that are told as one. */
interface Bar {
  readonly kind: Kind;
  readonly from: number;
  to: number;
  readonly title: string;
  tasks: number;
}

/** What a host did when, over the whole length of the run. */
export function timelineHtml(host: string, stretches: readonly Stretch[], total: number): Markup {
  const bars = barsOf(stretches, Math.max(1, total));
  return html`<svg class="timeline" viewBox="0 0 ${PLACES} 10" preserveAspectRatio="none" role="img" aria-label="what ${host} did when">${bars.map(
    ({ kind, from, to, title, tasks }) =>
      html`<rect class="${kind}" x="${from}" width="${to - from}" height="10"><title>${title}${tasks > 1 ? ` and ${tasks - 1} more` : ''}</title></rect>`,
  )}</svg>`;
}

/** The times below the timelines. */
export function axisHtml(total: number): Markup {
  const times = Array.from({ length: TICKS + 1 }, (_, at) => duration(Math.round((total * at) / TICKS)));
  return html`<div class="axis"><p>${times.map((text) => html`<span>${text}</span>`)}</p></div>`;
}

function barsOf(stretches: readonly Stretch[], total: number): Bar[] {
  const place = (ms: number) => Math.min(PLACES - 1, Math.floor((ms / total) * PLACES));
  const at: (Bar | undefined)[] = new Array(PLACES);
  for (const stretch of stretches) {
    const from = place(stretch.from);
    const to = place(stretch.to) + 1;
    const bar: Bar = { kind: stretch.kind, from, to, title: titleOf(stretch), tasks: 1 };
    for (let one = from; one < to; one++) at[one] = moreUrgent(at[one], bar);
  }
  return joined(at);
}

function moreUrgent(a: Bar | undefined, b: Bar): Bar {
  if (!a) return b;
  const [first, other] = KINDS.indexOf(a.kind) <= KINDS.indexOf(b.kind) ? [a, b] : [b, a];
  return { ...first, tasks: first.tasks + other.tasks };
}

function joined(at: readonly (Bar | undefined)[]): Bar[] {
  const bars: Bar[] = [];
  for (const [from, bar] of at.entries()) {
    const last = bars.at(-1);
    if (!bar) continue;
    const isSame =
      last?.to === from && last.kind === bar.kind && (last.title === bar.title || !isEvent(bar.kind));
    if (!isSame) bars.push({ ...bar, from, to: from + 1 });
    else {
      last.to++;
      if (last.title !== bar.title) last.tasks += bar.tasks;
    }
  }
  return bars;
}

function titleOf({ kind, from, to, story }: Stretch): string {
  return `${wordOf(kind)}: ${story.first.task}, at ${duration(Math.round(from))}, took ${duration(Math.round(to - from))}`;
}
