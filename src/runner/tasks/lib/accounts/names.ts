/** What Debian's useradd and groupadd accept without being forced, of one line and no option (useradd(8), CAVEATS). */
export const ACCOUNT_NAME = '^[A-Za-z_][A-Za-z0-9_.-]{0,30}[A-Za-z0-9_.$-]?$';

/** The same in words. */
export const ACCOUNT_NAME_FORM =
  'up to 32 letters, digits, `_`, `.` and `-`, of which the first is a letter or `_`';
