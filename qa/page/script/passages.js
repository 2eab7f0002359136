// Places in a document. Offsets count code points, as Python's do, and JavaScript counts UTF-16 units: so a
// text is spread into its code points before it is cut.

// A passage's address, the same in a citation and in a link from outside; null when it is none.
export function passage(fragment) {
  const given = new URLSearchParams(fragment.replace(/^#/, ''));
  const range = name => (given.get(name) ?? '').split('-').map(Number);
  const [start, end] = range('at'), [from, to] = given.has('exact') ? range('exact') : [start, start];
  if (!given.get('document') || !(start < end) || !(start <= from && from <= to && to <= end)) return null;
  return {id: given.get('document'), start, end, from, to, sha: given.get('sha') ?? ''};
}

const NOWHERE = {start: Infinity, end: -1, from: Infinity, to: -1};

// A piece of a document that begins at `origin`, cut at a passage and where its style changes: of each part the
// words, whether they are in the passage and in its exact part, their style ('' for none), and which of the
// `cells` they are of (-1 for none).
export function cut(words, origin, passage, styles = [], cells = []) {
  const {start, end, from, to} = passage ?? NOWHERE, points = [...words], last = origin + points.length;
  const places = [start, from, to, end, ...[...styles, ...cells].flatMap(([a, b]) => [origin + a, origin + b])];
  const cuts = [origin, ...places.filter(c => c > origin && c < last), last].sort((a, b) => a - b);
  return cuts.slice(1).flatMap((b, i) => {
    const a = cuts[i], inside = a >= start && b <= end, exact = inside && a >= from && b <= to;
    const style = styles.find(([first, until]) => a >= origin + first && b <= origin + until)?.[2] ?? '';
    const cell = cells.findIndex(([first, until]) => a >= origin + first && b <= origin + until);
    return a < b ? [{words: points.slice(a - origin, b - origin).join(''), inside, exact, style, cell}] : [];
  });
}

// What is looked for, as a pattern: whatever the case and the white space.
export function pattern(words) {
  const query = words.trim().replace(/[\\^$.*+?()[\]{}|\/]/g, '\\$&').replace(/\s+/g, '\\s+');
  return query ? new RegExp(query, 'giu') : null;
}

// Where a passage is, as a person says it.
export function told({name, page, heading, header}) {
  return [name, page && `page ${page}`, heading && `under “${heading}”`, header && `below ${header}`].filter(Boolean).join(', ');
}
