/** A list of mail, the mail that is read, and what is decided about it: the review desk and the mailbox both stand on it. */
import type { ConnectionView, Level, MailRowView, MailView, WishArgs } from '../../gen/api';
import type { Desk } from '../../desk.svelte';
import type { Shown } from '../../live.svelte';
import { m } from '../../paraglide/messages.js';
import { crmName } from '../../words_crm';
import { About } from './about.svelte';
import { Cursor } from './cursor.svelte';
import { Decisions, isPossible, type Verb } from './decisions.svelte';
import { Pages, type Source } from './pages.svelte';

/** From the least to the most. */
export const LEVELS: readonly Level[] = ['metadata', 'subject', 'full'];

/** More at once are asked about first. */
const MANY = 20;

interface Wish {
  level: Level;
  attachments: readonly string[];
}

/** Why nothing can be shared now: a reason that holds for all mail, or a state that allows it for none of the targets. */
export type Obstacle = 'stopped' | 'state' | null;

export class MailModel {
  readonly desk: Desk;
  readonly pages: Pages;
  readonly cursor: Cursor;
  readonly decisions: Decisions;
  readonly mail: About<'mail.get'>;
  readonly why: About<'review.why'>;
  /** In a narrow window either the list or the mail is in sight. */
  reading = $state(false);
  /** Where there is no room beside the mail: whether the side panel lies above it. */
  side = $state(false);
  /** The exact bytes are being looked at. */
  previewing = $state(false);
  /** A decision about so many that it is asked about first. */
  asking = $state<Verb | null>(null);
  #wishes = $state.raw<ReadonlyMap<number, Wish>>(new Map());
  #levelOfMany = $state<Level>('full');

  /** The mail under the cursor. */
  readonly opened = $derived.by((): Shown<MailView> => {
    const { row } = this.cursor;
    return row ? this.mail.of(row.mail) : { state: 'loading' };
  });

  /** What a decision now would be about: the chosen rows, else the one that is read. */
  readonly targets = $derived.by((): readonly MailRowView[] => {
    const { chosen, row } = this.cursor;
    return chosen.length > 0 ? chosen : row ? [row] : [];
  });
  readonly sharable = $derived(this.targets.filter((row) => isPossible('share', row)));
  readonly keepable = $derived(this.targets.filter((row) => isPossible('keep_private', row)));
  readonly obstacle = $derived.by((): Obstacle => {
    if (this.desk.status.value?.sharing_allowed === false || this.desk.policy.value?.error) return 'stopped';
    return this.targets.length > 0 && this.sharable.length === 0 ? 'state' : null;
  });
  /** What the CRM is called that mail is shared to. */
  readonly crm = $derived.by((): string => (this.connection ? crmName(this.connection) : ''));
  readonly maxLevel = $derived.by((): Level => this.desk.policy.value?.max_level ?? 'full');
  /** What would be shared of the targets. Attachments are chosen for one mail at a time. */
  readonly wish = $derived.by((): Wish => {
    const { chosen, row } = this.cursor;
    if (chosen.length > 0 || !row) return { level: this.#within(this.#levelOfMany), attachments: [] };
    const { level, attachments } = this.#wishes.get(row.mail) ?? { level: 'full', attachments: [] };
    return { level: this.#within(level), attachments };
  });

  constructor(desk: Desk, source: Source) {
    this.desk = desk;
    this.pages = new Pages(desk.host, source);
    this.cursor = new Cursor(this.pages);
    this.decisions = new Decisions(desk.host, this.pages);
    this.mail = new About(desk.host, 'mail.get', (mail) => ({ mail, ...(this.connection && { connection: this.connection.id }) }));
    this.why = new About(desk.host, 'review.why', (mail) => ({ mail, connection: this.connection?.id ?? 0 }));
  }

  get connection(): ConnectionView | null {
    return this.desk.connection;
  }

  /** How long a decision can be taken back, in seconds. */
  get grace(): number {
    return this.desk.policy.value?.grace_seconds ?? 30;
  }

  watch(): () => void {
    const stops = [this.pages, this.mail, this.why].map((part) => part.watch());
    return () => stops.forEach((stop) => stop());
  }

  /** Turns to the row under the cursor. From now on the cursor stays with it, whatever comes in above. */
  turn(): void {
    const { row, next } = this.cursor;
    this.cursor.follow(row);
    for (const about of this.connection ? [this.mail, this.why] : [this.mail]) {
      about.show(row?.mail ?? null, next?.mail ?? null);
    }
  }

  choose(level: Level): void {
    const { chosen, row } = this.cursor;
    if (chosen.length > 0) this.#levelOfMany = level;
    else if (row) this.#wishes = new Map(this.#wishes).set(row.mail, { ...this.wish, level });
  }

  /** Takes an attachment of the mail that is read along, or no longer. */
  toggleAttachment(sha256: string): void {
    const { row } = this.cursor;
    if (!row) return;
    const wish = this.#wishes.get(row.mail) ?? { level: 'full', attachments: [] };
    const without = wish.attachments.filter((other) => other !== sha256);
    const attachments = without.length < wish.attachments.length ? without : [...without, sha256];
    this.#wishes = new Map(this.#wishes).set(row.mail, { ...wish, attachments });
  }

  canShare(): boolean {
    return this.obstacle === null && this.sharable.length > 0 && this.connection !== null;
  }

  canKeep(): boolean {
    return this.keepable.length > 0 && this.connection !== null;
  }

  /** Decides about the targets, or asks first where they are many. */
  decide(verb: Verb): void {
    const rows = verb === 'share' ? this.sharable : this.keepable;
    if (verb === 'share' ? !this.canShare() : !this.canKeep()) return;
    if (rows.length > MANY && this.asking !== verb) {
      this.asking = verb;
      return;
    }
    this.asking = null;
    void this.#carryOut(verb, rows);
  }

  /** Shares the mail that is read just as the preview showed it. */
  shareAsSeen(sha256: string): void {
    const { row } = this.cursor;
    this.previewing = false;
    if (row) void this.#carryOut('share', [row], sha256);
  }

  undo(): void {
    const undone = this.decisions.undo();
    if (!undone) return;
    this.cursor.follow(undone.rows[0] ?? null);
    this.say(m.mail_said_undone({ n: undone.rows.length }));
  }

  /** Says it to screen readers; the same words a second time are said again. */
  say(words: string): void {
    this.desk.said = this.desk.said === words ? `${words}\u00a0` : words;
  }

  async #carryOut(verb: Verb, rows: readonly MailRowView[], previewed?: string): Promise<void> {
    const connection = this.connection;
    if (!connection) return;
    const wish: WishArgs = { level: this.wish.level, attachments: [...this.wish.attachments] };
    const order = { connection: connection.id, rows, grace: this.grace * 1000 };
    const last = rows.some(({ mail }) => mail === this.cursor.row?.mail) ? rows.at(-1) : undefined;
    this.cursor.follow(last ?? this.cursor.row);
    const taken = verb === 'share' ? this.decisions.share(order, wish, previewed) : this.decisions.keepPrivate(order);
    this.cursor.none();
    if (last && this.cursor.row?.mail === last.mail) this.cursor.move(1);
    this.cursor.follow(this.cursor.row);
    const after = this.cursor.row;
    if (!after) this.reading = false;
    const seconds = this.grace;
    this.say(verb === 'share' ? m.mail_said_shared({ n: rows.length, seconds }) : m.mail_said_kept({ n: rows.length }));
    // A refused mail is read again, unless the person has gone on.
    if (!(await taken) && this.cursor.row?.mail === after?.mail) this.cursor.follow(rows[0] ?? null);
  }

  #within(level: Level): Level {
    return LEVELS.indexOf(level) > LEVELS.indexOf(this.maxLevel) ? this.maxLevel : level;
  }
}
