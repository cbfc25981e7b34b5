import { amount } from '../text.ts';
import { isRepetition, taskTitle } from '../words.ts';
import { isEvent, KINDS, kindsOf, wholes, wordOf, worst } from './kinds.ts';
import { html, type Markup } from './markup.ts';
import { type Budget, outcomeHtml, time } from './outcome.ts';
import { type Kind, kindOf, type PlayStory, type Shared, type Story, type TaskStory } from './story.ts';

/** With more tasks to tell of than this their details are closed at first. */
const OPEN = 30;

/** Every task by play, in the order in which they ran, with boxes that choose what is shown. */
export function tasksHtml({ plays }: Story, budget: Budget): Markup {
  const stories = plays.flatMap(({ tasks }) => [...tasks.values()]);
  const kinds = stories.map(kindsOf);
  const news = kinds.filter((seen) => [...seen].some(isEvent)).length;
  const shown = (kind: Kind) => isEvent(kind) || news === 0;
  const boxes = KINDS.map((kind) => {
    const tasks = kinds.filter((seen) => seen.has(kind)).length;
    return tasks === 0
      ? null
      : html`<label><input type="checkbox" id="show-${kind}" autocomplete="off"${shown(kind) ? html` checked` : null}> <span class="badge ${kind}">${wordOf(kind)}</span> ${amount(tasks, 'task')}</label> `;
  });
  return html`<p class="filter">${boxes}</p>
${plays.map((play) => playHtml(play, news <= OPEN, budget))}`;
}

function playHtml({ name, tasks }: PlayStory, isOpen: boolean, budget: Budget): Markup {
  if (tasks.size === 0) return html`<h3>${name} <small>no tasks</small></h3>`;
  return html`<h3>${name}</h3>
${[...tasks.values()].map((story) => taskHtml(story, isOpen, budget))}`;
}

function taskHtml(story: TaskStory, isOpen: boolean, budget: Budget): Markup {
  const kinds = kindsOf(story);
  const told = [...story.shared.values()].filter(isTold);
  const classes = [...kinds].map((kind) => `has-${kind}`).join(' ');
  const { at, type } = story.first;
  const own = html`<b class="title">${taskTitle(withoutItem(story))}</b> <span class="tally">${tallies(story)}</span> <code class="type">${type}</code> <span class="at">${at}</span>${time(story.slowest)}`;
  const id = `t${story.number}`;
  if (told.length === 0)
    return html`<div class="task ${worst(kinds)} ${classes}" id="${id}"><p>${own}</p></div>
`;
  return html`<details class="task ${worst(kinds)} ${classes}" id="${id}"${isOpen ? html` open` : null}><summary>${own}</summary>
${told.map((shared) => outcomeHtml(shared, budget))}</details>
`;
}

function withoutItem({ first }: TaskStory) {
  const { item: _item, ...task } = first;
  return task;
}

/** What has more to say than its status; a loop's own outcome repeats those of its items. */
function isTold({ event }: Shared): boolean {
  if (isRepetition(event)) return false;
  return isEvent(event.status) || (event.msg !== undefined && event.msg !== '');
}

/** On how many hosts it came to what. */
function tallies(story: TaskStory): Markup[] {
  const sums = new Map<Kind, number>();
  for (const { event, hosts } of wholes(story))
    sums.set(kindOf(event), (sums.get(kindOf(event)) ?? 0) + hosts.length);
  return KINDS.filter((kind) => sums.has(kind)).map(
    (kind) => html`<span class="count ${kind}">${wordOf(kind)} ${sums.get(kind)!}</span> `,
  );
}
