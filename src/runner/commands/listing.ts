import { tagsOf, tasksOf } from '../plan/tags.ts';
import type { Project } from './project.ts';

/** `--list-hosts`, `--list-tasks`, `--list-tags`: what would take part. */
export function listing(project: Project, what: 'hosts' | 'tasks' | 'tags'): string {
  const parts = project.plays.map(({ play, hosts }) => {
    const head = `play: ${play.name}`;
    if (what === 'hosts')
      return [`${head} (${hosts.length} hosts)`, ...hosts.map((host) => `  ${host.name}`)];
    if (what === 'tags') return [head, `  tags: ${tagsOf(play).join(', ') || 'none'}`];
    const tasks = [...tasksOf(play.nodes)].map((task) => {
      const role = task.role ? `${task.role.role.name} : ` : '';
      const tags = task.tags.size > 0 ? `  [${[...task.tags].sort().join(', ')}]` : '';
      return `  ${role}${task.name ?? task.type.name}${tags}`;
    });
    return [head, ...tasks];
  });
  return parts.map((lines) => lines.join('\n')).join('\n\n') + '\n';
}
