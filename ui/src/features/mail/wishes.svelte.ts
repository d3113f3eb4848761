/** What the rep said of how much is shared, of each mail and of several together. */
import type { AccountView, MailRowView, MailView, PolicyView } from '../../gen/api';
import { defaultOf, leastOf, takenAlong, type Wish } from './wish';

/** What a wish is held against. */
export interface Ground {
  accounts: readonly AccountView[];
  policy: PolicyView | null;
  /** The mail itself, once it is there. */
  opened: MailView | null;
}

export class Wishes {
  /** What was said of single mails; it is kept while others are read. */
  #said = $state.raw<ReadonlyMap<number, Partial<Wish>>>(new Map());
  #ofMany = $state.raw<Partial<Wish>>({});

  /** What would be shared of this mail; the policy has the last word. */
  of({ mail, account }: MailRowView, { accounts, policy, opened }: Ground): Wish {
    const own = accounts.filter(({ id }) => id === account);
    const taken = policy?.attachments?.kind === 'never' || !opened ? [] : takenAlong(opened.attachments, own[0]);
    return within({ ...defaultOf(own), attachments: taken, ...this.#said.get(mail) }, policy);
  }

  /**
   * What would be shared of each of these. Files are chosen for one mail at a time; what was to be kept back of one is
   * kept back of all.
   */
  ofMany(rows: readonly MailRowView[], { accounts, policy }: Ground): Wish {
    const wish = { ...defaultOf(accounts.filter(({ id }) => rows.some(({ account }) => account === id))), ...this.#ofMany };
    const said = rows.flatMap(({ mail }) => this.#said.get(mail) ?? []);
    const level = leastOf([wish.level, ...said.flatMap(({ level }) => level ?? [])]);
    const redactions = [...new Set(said.flatMap(({ redactions }) => redactions ?? []))];
    const quotes = wish.quotes && said.every(({ quotes }) => quotes !== false);
    const signature = wish.signature && said.every(({ signature }) => signature !== false);
    return within({ ...wish, level, quotes, signature, redactions }, policy);
  }

  /** Says it of one mail, or of several together where none is named. */
  say(mail: number | null, part: Partial<Wish>): void {
    if (mail === null) this.#ofMany = { ...this.#ofMany, ...part };
    else this.#said = new Map(this.#said).set(mail, { ...this.#said.get(mail), ...part });
  }

  /** Whether the files of a mail were chosen, and to whom it goes. */
  said(mail: number): Partial<Wish> {
    return this.#said.get(mail) ?? {};
  }
}

const within = (wish: Wish, policy: PolicyView | null): Wish => ({ ...wish, level: leastOf([wish.level, policy?.max_level ?? 'full']) });
