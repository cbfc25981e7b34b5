const given = process.env['MAMA_RANDOM_SEED'];

/**
 * The plays of `npm test` are the same for everybody, so that red means that a change did it. `MAMA_RANDOM_SEED=random`,
 * or a number, is for the hunt, with a large `MAMA_RANDOM_PLAYS`.
 */
export const SEEDED: { readonly seed?: number } = given === 'random' ? {} : { seed: Number(given ?? 2026) };
