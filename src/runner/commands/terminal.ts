/** What a command may use of the process it runs in; `main.ts` makes it. */
export interface Terminal {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  out(text: string): void;
  err(text: string): void;
  /** stdout is a terminal. */
  readonly isTty: boolean;
  /** Width and height of the terminal, as they are now. */
  size(): { readonly columns: number; readonly rows: number };
  readonly colour: boolean;
  /** Ask without echo; null: there is nobody to ask. */
  askSecret(prompt: string): Promise<string | null>;
  /** The n-th signal to stop (^C, SIGTERM …) calls this. */
  onInterrupt(handler: (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP', count: number) => void): void;
}
