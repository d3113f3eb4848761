/** What becomes of the lines of a mail: those that are sent, those that are cut, those with something blacked out. */
import { diffArrays } from 'diff';
import { MASK, redact } from './redaction';

export type Fate = 'kept' | 'cut' | 'redacted' | 'added';

/** Lines next to each other with the same fate. */
export interface Block {
  fate: Fate;
  lines: string[];
}

/** Longer than this a comparison is not worth the wait (ms), */
const PATIENCE = 400;
/** and of more text (UTF-16 units) it is not begun. */
const MUCH = 500_000;

const linesOf = (text: string): string[] => (text === '' ? [] : text.split(/\r\n|\r|\n/).map((line) => line.trimEnd()));

/**
 * The original line by line, with the lines as they are sent in their places. `sent` is the text as the program made it;
 * nothing of it is left out. `null` where the two have too little in common to be compared in time.
 */
export function compare(original: string, sent: string, redactions: readonly string[]): Block[] | null {
  if (original.length + sent.length > MUCH) return null;
  const before = linesOf(original);
  const after = linesOf(sent);
  const expected = new Map(before.map((line) => [line, redact(line, redactions)]));
  const comparator = (old: string, next: string): boolean => old === next || expected.get(old) === next;
  const changes = diffArrays(before, after, { comparator, timeout: PATIENCE });
  if (!changes) return null;
  const blocks: Block[] = [];
  for (const { value, added, removed } of changes) {
    for (const line of value) put(blocks, fateOf(line, added, removed), line);
  }
  return blocks;
}

function fateOf(line: string, added: boolean, removed: boolean): Fate {
  if (removed) return 'cut';
  if (line.includes(MASK)) return 'redacted';
  return added ? 'added' : 'kept';
}

function put(blocks: Block[], fate: Fate, line: string): void {
  const last = blocks.at(-1);
  if (last?.fate === fate) last.lines.push(line);
  else blocks.push({ fate, lines: [line] });
}
