import type { Task } from '../language/model.ts';
import { tagsOf, tasksOf } from '../plan/tags.ts';
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
    ...[...tasksOf(play.nodes)].filter((task) => !task.quiet).map((task) => `      ${titleOf(task)}`),
  ];
}

function titleOf(task: Task): string {
  const role = task.role ? `${task.role.role.name} : ` : '';
  return `${role}${task.name ?? task.type.name}  TAGS: ${words([...task.tags])}`;
}

function words(tags: readonly string[]): string {
  return `[${[...tags].sort().join(', ')}]`;
}
