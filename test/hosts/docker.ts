import { must, type Ran, type RunOptions, run } from '../../scripts/lib/run.ts';

/** Docker's own command. Without buildx only the older builder can build. */
export async function docker(args: readonly string[], options: RunOptions = {}): Promise<string> {
  return must('docker', args, options);
}

export function tryDocker(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return run('docker', args, options);
}

export async function builderEnvironment(): Promise<Record<string, string>> {
  const buildx = await tryDocker(['buildx', 'version']);
  return buildx.code === 0 ? {} : { DOCKER_BUILDKIT: '0' };
}

/** The label's text; undefined where there is no such image or container, or no such label. */
export async function labelOf(
  kind: 'image' | 'container',
  name: string,
  label: string,
): Promise<string | undefined> {
  const { code, stdout } = await tryDocker([
    kind,
    'inspect',
    '--format',
    `{{index .Config.Labels "${label}"}}`,
    name,
  ]);
  return code === 0 && stdout.trim() !== '' ? stdout.trim() : undefined;
}
