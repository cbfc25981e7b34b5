/** What a command may use of the process it runs in; `main.ts` makes it. */
export interface Terminal {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Who this is, for whoever meets our lease: `user@machine (process 123)`. */
  readonly identity: string;
  out(text: string): void;
  err(text: string): void;
  /** stdout is a terminal on which lines can be redrawn. */
  readonly isTty: boolean;
  /** Width and height of the terminal, as they are now; 80 × 24 where there is none. */
  size(): { readonly columns: number; readonly rows: number };
  /** stdout shows colours. */
  readonly colour: boolean;
  /** stderr shows colours. */
  readonly errColour: boolean;
  /** Ask without echo; null: there is nobody to ask, or no answer was given. What is written meanwhile waits. */
  askSecret(prompt: string): Promise<string | null>;
  /**
   * Ask for a line, which is seen as it is typed; null: no line was given. When `signal` aborts, the question is taken
   * back. ^C is a signal to the process and no answer. What is written meanwhile waits; nothing is left of the question.
   */
  ask(prompt: string, signal: AbortSignal): Promise<string | null>;
  /** All of stdin. */
  input(): Promise<Uint8Array>;
  /** Somebody can be asked: stdin is a terminal. */
  readonly hasKeyboard: boolean;
  /** The n-th signal to stop (^C, SIGTERM …) calls this. */
  onInterrupt(handler: (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP', count: number) => void): void;
}
