import { interrupted, mayFail, type Raw } from './raw.ts';

/** What the outcome of a task means for the way of its host. */
export interface Verdict {
  readonly raw: Raw;
  /** It was ended from outside: the host's way ends with it. */
  readonly cut: boolean;
  readonly failed: boolean;
  /** It failed, or its host could not be reached, and that is overlooked. */
  readonly ignored: boolean;
  /** A `rescue` goes on from here. */
  readonly rescued: boolean;
  readonly goesOn: boolean;
}

interface Circumstances {
  readonly interrupted: boolean;
  readonly ignoresErrors: boolean;
  readonly ignoresUnreachable: boolean;
  rescues(): boolean;
}

export function verdictOf(came: Raw, around: Circumstances): Verdict {
  const isOut = came.status === 'failed' || came.status === 'unreachable';
  const cut = isOut && (around.interrupted || came.cut === true);
  const raw = cut ? interrupted(came) : came.performs && around.ignoresErrors ? mayFail(came) : came;
  const failed = raw.status === 'failed';
  const isLost = raw.status === 'unreachable';
  const isOpen = failed && !cut && !raw.held;
  const ignored = (isLost && around.ignoresUnreachable) || (isOpen && around.ignoresErrors);
  const rescued = isOpen && !ignored && around.rescues();
  return {
    raw,
    cut,
    failed,
    ignored,
    rescued,
    goesOn: raw.held === true || ignored || rescued || !(failed || isLost),
  };
}
