import type { Pause } from '../contract/task-type.ts';

/**
 * Shows a line to the operator and waits for his Enter; resolves to what he typed. When `signal` aborts, the question
 * is taken back, and what is given then counts for nothing.
 */
export type Ask = (prompt: string, signal: AbortSignal) => Promise<string | null>;

/** Why a pause is over: its time has passed, the operator went on or ended the run, its task has a `timeout`; or nobody can end it. */
export interface Ended {
  readonly why: 'time' | 'answer' | 'stop' | 'late' | 'nobody';
  readonly typed: string;
}

const KEYS = 'Enter goes on, ^C ends the run';

/** Questions that were put to the operator, by their place and text: several hosts share an answer. */
export type Asked = Map<string, Promise<Ended>>;

/** What the hosts of a run wait for on the controller. They wait side by side. */
export class Pauses {
  private readonly ask: Ask | 'agreed' | null;
  private readonly tell: (prompt: string) => void;
  private readonly stops = new Set<() => void>();
  private isOver = false;

  /** `ask` null: there is nobody. `agreed`: the operator said yes to all beforehand. `tell` then shows what would have been asked. */
  constructor(ask: Ask | 'agreed' | null, tell: (prompt: string) => void) {
    this.ask = ask;
    this.tell = tell;
  }

  /** The operator ends the run: every pause, and every one to come, is over at once. */
  stop(): void {
    this.isOver = true;
    for (const stop of this.stops) stop();
  }

  /** `limit`: seconds after which it counts as failed; 0: none. */
  wait({ seconds, prompt }: Pause, limit: number): Promise<Ended> {
    return new Promise((resolve) => {
      const timers: NodeJS.Timeout[] = [];
      const question = new AbortController();
      const end = (why: Ended['why'], typed = '') => {
        for (const timer of timers) clearTimeout(timer);
        this.stops.delete(stop);
        question.abort();
        resolve({ why, typed });
      };
      const stop = () => end('stop');
      if (this.isOver) return stop();
      this.stops.add(stop);
      if (seconds !== null) timers.push(setTimeout(() => end('time'), seconds * 1000));
      if (limit > 0) timers.push(setTimeout(() => end('late'), limit * 1000));
      if (prompt === null) return;
      if (this.ask === 'agreed') {
        this.tell(prompt);
        return end('answer');
      }
      const shown = `${prompt} [${seconds === null ? '' : `goes on after ${seconds} s; `}${KEYS}]`;
      if (this.ask) void this.ask(shown, question.signal).then((typed) => end('answer', typed ?? ''));
      else if (seconds === null) end('nobody');
      else this.tell(prompt);
    });
  }

  /** The same, once for all who share `asked`; whoever comes when it is over goes on at once. */
  share(pause: Pause, limit: number, asked: Asked, place: string): Promise<Ended> {
    if (pause.prompt === null) return this.wait(pause, limit);
    const key = JSON.stringify([place, pause.prompt]);
    const known = asked.get(key) ?? this.wait(pause, limit);
    asked.set(key, known);
    return known;
  }
}
