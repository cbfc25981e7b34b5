/** Of a network, and of a container that is only looked for. */
export const NAME = '^[a-zA-Z0-9][a-zA-Z0-9_.-]*$';

/** Of a container or volume that is made: Docker takes no single letter (its `RestrictedNamePattern`). */
export const NEW_NAME = '^[a-zA-Z0-9][a-zA-Z0-9_.-]+$';

/** Both in words. */
export const NAME_FORM = 'letters, digits, `_`, `.` and `-`, of which the first is a letter or a digit';
