import picocolors from 'picocolors';

/** Colours, or none. */
export type Paint = ReturnType<typeof picocolors.createColors>;

export function paintFor(colour: boolean): Paint {
  return colour ? COLOURED : BARE;
}

const COLOURED = picocolors.createColors(true);
const BARE = picocolors.createColors(false);
