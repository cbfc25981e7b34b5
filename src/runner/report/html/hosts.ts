import type { HostRecap } from '../../contract/event.ts';
import { COUNTS } from '../recap.ts';
import { amount } from '../text.ts';
import { duration } from '../words.ts';
import { isEvent, wordOf } from './kinds.ts';
import { html, type Markup } from './markup.ts';
import { badge } from './outcome.ts';
import type { Story, Stretch } from './story.ts';
import { axisHtml, timelineHtml } from './timeline.ts';

/** So many outcomes of one host are listed below its timeline. */
const LISTED = 200;

/** Each host with its counts, its timeline and what happened there; those that did not come through first. */
export function hostsHtml(story: Story): Markup {
  const recaps = story.recap?.hosts ?? {};
  const hosts = [...story.hosts].sort(([a], [b]) => rank(recaps[a]) - rank(recaps[b]));
  return html`${hosts.map(([host, stretches]) => hostHtml(host, stretches, recaps[host], story.elapsed))}${axisHtml(story.elapsed)}`;
}

function rank(recap: HostRecap | undefined): number {
  if (recap?.state !== 'done') return 0;
  return recap.changed + recap.would_change + recap.unknown > 0 ? 1 : 2;
}

function hostHtml(
  host: string,
  stretches: readonly Stretch[],
  recap: HostRecap | undefined,
  total: number,
): Markup {
  const state = recap?.state ?? 'unfinished';
  const told = stretches.filter(({ kind }) => isEvent(kind));
  return html`<details class="host state-${state}"><summary><span class="name">${host}</span> <span class="counts">${state === 'done' ? null : html`<b class="state">${state}</b> `}${countsHtml(recap)}</span> ${timelineHtml(host, stretches, total)}</summary>
${told.length === 0 ? html`<p class="at">nothing but ok and skipped tasks</p>` : null}<ol class="steps">${told
    .slice(0, LISTED)
    .map(
      ({ from, to, kind, story }) =>
        html`<li>${badge(kind)} <a href="#t${story.number}">${story.first.task}</a> <span class="time">at ${duration(Math.round(from))}, took ${duration(Math.round(to - from))}</span></li>`,
    )}</ol>${told.length > LISTED ? html`<p class="at">and ${told.length - LISTED} more</p>` : null}
</details>
`;
}

function countsHtml(recap: HostRecap | undefined): Markup | null {
  if (!recap) return null;
  const told = COUNTS.filter((count) => recap[count] > 0);
  return html`${told.map((count) => html`<span class="count ${count}">${wordOf(count)} ${recap[count]}</span> `)}<span class="time">${amount(recap.round_trips, 'round trip')}</span>`;
}
