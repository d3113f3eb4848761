/**
 * Where redactions stand in a text, to show it while one chooses. It follows `domain::redaction` and `domain::fold`; what
 * is sent is made by the program alone.
 */

/** What stands where something was taken out. */
export const MASK = '■■■';

/** The most redactions of one mail. */
export const MOST = 200;

/** From where to where, in UTF-16 units. */
export interface Range {
  start: number;
  end: number;
}

/** Blanks, controls, and what takes no room. */
const UNSEEN = /[\s\p{Cc}\p{Default_Ignorable_Code_Point}\u{fff0}-\u{fffb}]/u;
/** A character and the marks that compose with it. */
const CLUSTER = /[\s\S][\p{M}\u{ff9e}\u{ff9f}]*/gu;
const KATAKANA = /[\u30a1-\u30f6]/g;

const hiragana = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) - 0x60);

function foldCluster(cluster: string): string {
  const seen = [...cluster.normalize('NFKC').toLowerCase()].filter((letter) => !UNSEEN.test(letter));
  return seen.join('').replace(KATAKANA, hiragana);
}

/** A text as it is compared where a reader would call two writings the same. */
export const fold = (text: string): string => text.replace(CLUSTER, foldCluster);

/** The folded text, and for each unit of it where it came from. */
function folded(text: string): { text: string; from: Range[] } {
  const from: Range[] = [];
  let whole = '';
  for (const { 0: cluster, index } of text.matchAll(CLUSTER)) {
    const letters = foldCluster(cluster);
    for (let unit = 0; unit < letters.length; unit++) from.push({ start: index, end: index + cluster.length });
    whole += letters;
  }
  return { text: whole, from };
}

/** Where the redactions stand in a text: in order, none touching another. */
export function rangesOf(text: string, redactions: readonly string[]): Range[] {
  const needles = redactions.map(fold).filter(Boolean);
  if (needles.length === 0) return [];
  const whole = folded(text);
  const hidden = new Uint8Array(whole.text.length);
  for (const needle of needles) {
    for (let at = whole.text.indexOf(needle); at >= 0; at = whole.text.indexOf(needle, at + 1)) hidden.fill(1, at, at + needle.length);
  }
  const ranges: Range[] = [];
  whole.from.forEach((range, unit) => {
    if (!hidden[unit]) return;
    const last = ranges.at(-1);
    // What lies between two hidden characters can't be seen anyway.
    if (last && (range.start <= last.end || fold(text.slice(last.end, range.start)) === '')) last.end = Math.max(last.end, range.end);
    else ranges.push({ ...range });
  });
  return ranges;
}

/** The text without them. */
export function redact(text: string, redactions: readonly string[]): string {
  let [out, at] = ['', 0];
  for (const { start, end } of rangesOf(text, redactions)) {
    out += text.slice(at, start) + MASK;
    at = end;
  }
  return out + text.slice(at);
}

/** Whether what is blacked out already takes this out, too. */
export const covers = (redactions: readonly string[], text: string): boolean => redact(text, redactions) === MASK;

/** Letters, digits and what holds an address, a number or a path together. */
const TOKEN = /[\p{Script=Latin}\p{Nd}@._+\-－‐:/#%&=?~]/u;
/** As far as a word is looked for to either side. */
const FAR = 200;

/** The word that the caret stands in or behind; `null` where there is none. */
export function wordAt(text: string, caret: number): Range | null {
  const start = Math.max(0, caret - FAR);
  const around = text.slice(start, caret + FAR);
  const inside = caret - start;
  return token(around, inside, start) ?? segment(around, inside, start);
}

/** A number or an address is one word, whatever stands in it. */
function token(text: string, caret: number, offset: number): Range | null {
  let [start, end] = [caret, caret];
  while (start > 0 && TOKEN.test(text.charAt(start - 1))) start--;
  while (end < text.length && TOKEN.test(text.charAt(end))) end++;
  const word = text.slice(start, end);
  const bare = word.replace(/[.:?]+$/, '');
  return /[\p{L}\p{Nd}]/u.test(bare) ? { start: offset + start, end: offset + start + bare.length } : null;
}

function segment(text: string, caret: number, offset: number): Range | null {
  const words = [...new Intl.Segmenter('ja', { granularity: 'word' }).segment(text)].filter(({ isWordLike }) => isWordLike);
  const found = words.find(({ index, segment }) => index <= caret && caret < index + segment.length)
    ?? words.find(({ index, segment }) => index + segment.length === caret);
  return found ? { start: offset + found.index, end: offset + found.index + found.segment.length } : null;
}

/** A piece of a text; `kind` where something is to be said of it. */
export interface Piece<Kind extends string> extends Range {
  text: string;
  kind: Kind | null;
  /** Which of the marks of its kind it is. */
  mark: number;
}

/** A text as pieces in their order; together they are the text. Where marks overlap the first one in the list counts. */
export function marked<Kind extends string>(text: string, marks: readonly (Range & { kind: Kind; mark: number })[]): Piece<Kind>[] {
  const inside = marks.filter(({ start, end }) => start < end && start < text.length);
  const cuts = [...new Set([0, text.length, ...inside.flatMap(({ start, end }) => [start, Math.min(end, text.length)])])];
  cuts.sort((a, b) => a - b);
  const found: Piece<Kind>[] = [];
  cuts.slice(0, -1).forEach((start, at) => {
    const end = cuts[at + 1] ?? text.length;
    const mark = inside.find((range) => range.start <= start && end <= range.end);
    const last = found.at(-1);
    if (last && mark && last.kind === mark.kind && last.mark === mark.mark) Object.assign(last, { end, text: text.slice(last.start, end) });
    else found.push({ start, end, text: text.slice(start, end), kind: mark?.kind ?? null, mark: mark?.mark ?? -1 });
  });
  return found;
}

/** Everywhere that a piece of text stands as it is. */
export function occurrences(text: string, piece: string): Range[] {
  const found: Range[] = [];
  if (piece === '') return found;
  for (let at = text.indexOf(piece); at >= 0; at = text.indexOf(piece, at + piece.length)) found.push({ start: at, end: at + piece.length });
  return found;
}
