/** How much of a mail the rep wants to share, and what holds where nothing was said. */
import type { AccountView, Level, RecordRef, WishArgs } from '../../gen/api';

/** From the least to the most. */
export const LEVELS: readonly Level[] = ['metadata', 'subject', 'full'];

/** A record as the rep chose it. */
export interface Linked {
  record: RecordRef;
  name: string;
}

export interface Wish {
  level: Level;
  /** Digests of the files that go along. */
  attachments: readonly string[];
  /** Older mail that is quoted goes along. */
  quotes: boolean;
  signature: boolean;
  /** What is blacked out, wherever it stands. */
  redactions: readonly string[];
  /** The records it goes to; everybody who matched where it is left out. */
  links?: readonly Linked[];
}

export const leastOf = (levels: readonly Level[]): Level =>
  LEVELS[Math.min(LEVELS.length - 1, ...levels.map((level) => LEVELS.indexOf(level)))] ?? 'metadata';

/** What holds of mail of these accounts where the rep says nothing: of each setting the one that lets the least go. */
export function defaultOf(accounts: readonly AccountView[]): Wish {
  const sharing = accounts.map((account) => account.sharing);
  return {
    level: leastOf(sharing.map(({ level }) => level)),
    attachments: [],
    quotes: sharing.length > 0 && sharing.every(({ quotes }) => quotes),
    signature: sharing.length > 0 && sharing.every(({ signature }) => signature),
    redactions: [],
  };
}

/** The files that go along by themselves, as the account shares; the program has the last word (`domain::sharing`). */
export function takenAlong(files: readonly { content_type: string; size: number; sha256: string; inline: boolean }[], account: AccountView | undefined): string[] {
  const rule = account?.sharing.attachments;
  if (rule?.kind !== 'up_to') return [];
  const fits = (type: string): boolean =>
    rule.types.length === 0 || rule.types.some((known) => known === type || (known.endsWith('/*') && type.startsWith(known.slice(0, -1))));
  return files.filter(({ inline, size, content_type }) => !inline && size <= rule.size && fits(content_type)).map(({ sha256 }) => sha256);
}

/** The wish as the program takes it. Files that nobody chose are left to the account's own rule. */
export const argsOf = ({ links, ...wish }: Wish, chose: boolean): WishArgs => ({
  level: wish.level,
  quotes: wish.quotes,
  signature: wish.signature,
  redactions: [...wish.redactions],
  ...(chose && { attachments: [...wish.attachments] }),
  ...(links && { links: links.map(({ record }) => record) }),
});
