import { lines, type Script, sh } from '../../contract/script.ts';

/** Seconds, all of them whole. */
export interface Patience {
  readonly timeout: number;
  readonly delay: number;
  readonly pause: number;
}

/**
 * How an answer of `lookOnce` or `lookUntil` begins, followed by the seconds that passed, on a line of its own; after
 * it comes what the last look printed.
 */
export type Heading = 'met' | 'again' | 'late' | 'unable';

/** `look` defines the shell function `look`: 0 satisfied, 1 not yet, 2 there is no way to look. */
export function lookOnce(look: Script): Script {
  return lines(
    look,
    sh`seen=$(look)
case $? in 0) echo met 0 ;; 1) echo again 0 ;; *) echo unable 0 ;; esac
printf %s "$seen"`,
  );
}

/** The shell function `clock` sets `now` to whole seconds. It is the clock of the kernel's start where there is one: nobody sets that. */
export const CLOCK = sh`clock() { IFS='. ' read -r now rest </proc/uptime 2>/dev/null || now=$(date +%s); }`;

/** Looks again and again until satisfied or out of time; always looks at least once, and once at the end. */
export function lookUntil(look: Script, { timeout, delay, pause }: Patience): Script {
  return lines(
    look,
    CLOCK,
    sh`clock; start=$now; end=$((now + ${timeout}))
[ ${delay} -eq 0 ] || sleep ${delay}
while :; do
  seen=$(look); code=$?
  clock
  case $code in
    0) heading=met; break ;;
    1) ;;
    *) heading=unable; break ;;
  esac
  [ "$now" -lt "$end" ] || { heading=late; break; }
  left=$((end - now))
  [ "$left" -lt ${pause} ] || left=${pause}
  sleep "$left"
done
echo "$heading" "$((now - start))"
printf %s "$seen"`,
  );
}

/** What `lookOnce` or `lookUntil` said; null when it is not understood. */
export function readLook(said: string): { heading: Heading; elapsed: number; seen: string } | null {
  const [, heading, elapsed, seen = ''] = /^(met|again|late|unable) (\d+)\n?([\s\S]*)$/.exec(said) ?? [];
  return heading === undefined ? null : { heading: heading as Heading, elapsed: Number(elapsed), seen };
}
