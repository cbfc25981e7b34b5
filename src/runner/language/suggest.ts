/**
 * The candidate that a person most likely meant: at most a third of the word's letters wrong (two swapped
 * neighbours count as one mistake). undefined where nothing is near.
 */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let least = Math.floor(Math.min(word.length, 60) / 3) + 1;
  for (const candidate of candidates) {
    if (candidate === word || Math.abs(candidate.length - word.length) > least) continue;
    const mistakes = distance(wanted, candidate.toLowerCase());
    if (mistakes < least || (best && mistakes === least && keeps(wanted, candidate) > keeps(wanted, best))) {
      best = candidate;
      least = mistakes;
    }
  }
  return best;
}

/** How many letters of the word are in the candidate: of two that are as near, the one that leaves none out is meant. */
function keeps(word: string, candidate: string): number {
  return [...word].filter((letter) => candidate.toLowerCase().includes(letter)).length;
}

/** `did you mean "x"?`, or undefined where nothing is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const best = closest(word, candidates);
  return best === undefined ? undefined : `did you mean "${best}"?`;
}

/** Optimal string alignment distance. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(row[j - 1]! + 1, last[j]! + 1, last[j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) least = Math.min(least, before[j - 2]! + 1);
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}
