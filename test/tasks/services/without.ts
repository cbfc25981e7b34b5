import { lines, usersCode } from '../../../src/runner/contract/script.ts';
import type { Ground } from '../harness.ts';

/** The same ground as if the host lacked these tools, for scripts that look with `command -v`. */
export function without(ground: Ground, ...tools: string[]): Ground {
  const hidden = usersCode(
    `command() { case " ${tools.join(' ')} " in *" $2 "*) return 1 ;; *) return 0 ;; esac; }`,
  );
  return { ...ground, run: (script, running) => ground.run(lines(hidden, script), running) };
}
