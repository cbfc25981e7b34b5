/**
 * The same function, which keeps its last answers for short texts. At most `kept` are held, so that no run grows
 * without bound; the answers must not depend on anything but the text.
 */
export function remember<T>(read: (text: string) => T, kept = 2000, longest = 2000): (text: string) => T {
  const answers = new Map<string, T>();
  return (text) => {
    const known = answers.get(text);
    if (known !== undefined) return known;
    const answer = read(text);
    if (text.length > longest) return answer;
    if (answers.size >= kept) answers.clear();
    answers.set(text, answer);
    return answer;
  };
}
