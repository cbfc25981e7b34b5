import type { Include, Task } from '../language/model.ts';
import { stepsOf, tagsOf } from '../plan/tags.ts';
import type { Project } from './project.ts';

type What = 'hosts' | 'tasks' | 'tags';
type Selected = Project['plays'][number];

/** `--list-hosts`, `--list-tasks`, `--list-tags`: what would take part, in the shape in which Ansible tells it. */
export function listing({ plays }: Pick<Project, 'plays'>, what: What): string {
  const lines: string[] = [];
  let file = '';
  let number = 0;
  for (const selected of plays) {
    const { play } = selected;
    if (play.at.file !== file) {
      file = play.at.file;
      number = 0;
      lines.push(...(lines.length > 0 ? [''] : []), `playbook: ${file}`);
    }
    number++;
    lines.push('', `  play #${number} (${play.hosts.source}): ${play.name}`, ...membersOf(selected, what));
  }
  return `${lines.join('\n')}\n`;
}

function membersOf({ play, hosts }: Selected, what: What): string[] {
  if (what === 'tags') return [`    TASK TAGS: ${words([...tagsOf(play)])}`];
  if (what === 'hosts') return [`    hosts (${hosts.length}):`, ...hosts.map((host) => `      ${host.name}`)];
  return [
    '    tasks:',
    ...[...stepsOf(play.nodes)].filter((step) => !isQuiet(step)).map((step) => `      ${titleOf(step)}`),
  ];
}

function isQuiet(step: Task | Include): boolean {
  return step.kind === 'task' && step.quiet === true;
}

function titleOf(step: Task | Include): string {
  const role = step.role ? `${step.role.role.name} : ` : '';
  const type = step.kind === 'task' ? step.type.name : step.type;
  return `${role}${step.name ?? type}  TAGS: ${words([...step.tags])}`;
}

function words(tags: readonly string[]): string {
  return `[${[...tags].sort().join(', ')}]`;
}
