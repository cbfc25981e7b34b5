/** What the host says of a service. */
export interface ServiceNow {
  readonly manager: 'systemd' | 'sysv';
  /** systemd's ActiveState, or `running` and `stopped`. */
  readonly shown: string;
  readonly running: boolean;
  /** `fixed`: it cannot be enabled or disabled, because something else starts it. Null: not asked. */
  readonly enabled: boolean | 'fixed' | null;
  /** Nothing may start it. */
  readonly masked: boolean;
  /** Its unit file is newer than what systemd has read. */
  readonly stale: boolean;
  readonly canEnable: boolean;
}
