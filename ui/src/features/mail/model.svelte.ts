/** A list of mail, the mail that is read, and what is decided about it: the review desk and the mailbox both stand on it. */
import type { Always, AlwaysOption, ConnectionView, Level, MailRowView, MailView, NewRule, Why, WishArgs } from '../../gen/api';
import type { Desk } from '../../desk.svelte';
import type { Shown } from '../../live.svelte';
import { crmName } from '../../words_crm';
import { About } from './about.svelte';
import { Cursor } from './cursor.svelte';
import { isPossible, type Decisions, type Order, type Verb } from './decisions.svelte';
import { Pages, type Source } from './pages.svelte';
import { saidOf, undoneOf } from './said';
import { argsOf, type Linked, type Wish } from './wish';
import { Wishes, type Ground } from './wishes.svelte';

export { LEVELS } from './wish';

/** More at once are asked about first. */
const MANY = 20;

/** Why nothing can be shared now: a reason that holds for all mail, or a state that allows it for none of the targets. */
export type Obstacle = 'stopped' | 'state' | null;

/** A decision about several that is asked about first: they are many, or something sensitive is among them. */
export interface Asking {
  verb: 'share' | 'keep_private';
  count: number;
  sensitive: number;
}

/** Chosen mail that would not be shared with the rest: it goes elsewhere by the rep's word, or its state forbids it. */
export interface LeftOut {
  linked: number;
  state: number;
}

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
  /** What is open in front of the mail: exactly what would be sent, */
  previewing = $state(false);
  /** why it is where it is, */
  explaining = $state(false);
  /** whom it is about, */
  linking = $state(false);
  /** what is blacked out, */
  redacting = $state(false);
  /** until when it is put off, */
  postponing = $state(false);
  /** what of it is never logged from now on, */
  denying = $state(false);
  /** a decision that is asked about first. */
  asking = $state.raw<Asking | null>(null);
  readonly #wishes = new Wishes();

  /** The mail under the cursor. */
  readonly opened = $derived.by((): Shown<MailView> => {
    const { row } = this.cursor;
    return row ? this.mail.of(row.mail) : { state: 'loading' };
  });
  /** Why it is where it is; `null` while that is not known. */
  readonly explained = $derived.by((): Why | null => {
    const { row } = this.cursor;
    const why = row ? this.why.of(row.mail) : null;
    return why?.state === 'ready' ? why.value : null;
  });

  /** What a decision now would be about: the chosen rows, else the one that is read. */
  readonly targets = $derived.by((): readonly MailRowView[] => {
    const { chosen, row } = this.cursor;
    return chosen.length > 0 ? chosen : row ? [row] : [];
  });
  readonly sharable = $derived(
    this.targets.filter((row) => this.#isSharable(row) && !(this.targets.length > 1 && this.#goesElsewhere(row))),
  );
  readonly leftOut = $derived.by((): LeftOut => {
    const out = this.targets.filter((row) => !this.sharable.includes(row));
    const linked = out.filter((row) => this.#isSharable(row)).length;
    return { linked, state: out.length - linked };
  });
  readonly keepable = $derived(this.targets.filter((row) => isPossible('keep_private', row)));
  readonly postponable = $derived(this.targets.filter((row) => isPossible('later', row)));
  readonly obstacle = $derived.by((): Obstacle => {
    if (this.desk.status.value?.sharing_allowed === false || this.desk.policy.value?.error) return 'stopped';
    return this.targets.length > 0 && this.sharable.length === 0 ? 'state' : null;
  });
  /** What the CRM is called that mail is shared to. */
  readonly crm = $derived.by((): string => (this.connection ? crmName(this.connection) : ''));
  readonly maxLevel = $derived.by((): Level => this.desk.policy.value?.max_level ?? 'full');
  /** What would be shared of the targets. */
  readonly wish = $derived.by((): Wish => {
    const { chosen, row } = this.cursor;
    return chosen.length > 0 || !row ? this.#wishes.ofMany(chosen, this.#ground) : this.#wishes.of(row, this.#ground);
  });

  /** Where the mail that is read goes, where the rep said so; else it goes to everybody who matched. */
  readonly linked = $derived.by((): readonly Linked[] | null => {
    const { row } = this.cursor;
    return (row && this.#wishes.said(row.mail).links) ?? null;
  });

  /**
   * The same as the program takes it. Of several no files go along; of one, those that nobody chose, or saw, are left to
   * the account's own rule.
   */
  readonly wishArgs = $derived.by((): WishArgs => {
    const { chosen, row } = this.cursor;
    if (chosen.length > 0) return argsOf(this.wish, true);
    const chose = row !== null && (this.opened.state === 'ready' || this.#wishes.said(row.mail).attachments !== undefined);
    return argsOf(this.wish, chose);
  });

  constructor(desk: Desk, source: Source) {
    this.desk = desk;
    this.decisions = desk.decisions;
    this.pages = new Pages(desk.host, source);
    this.cursor = new Cursor(this.pages);
    this.mail = new About(desk.host, 'mail.get', (mail) => ({ mail, ...(this.connection && { connection: this.connection.id }) }));
    this.why = new About(desk.host, 'review.why', (mail) => ({ mail, connection: this.connection?.id ?? 0 }));
  }

  get connection(): ConnectionView | null {
    return this.desk.connection;
  }

  /** How long a decision about the targets can be taken back, in seconds. */
  get grace(): number {
    const { min_grace_seconds = 0, grace_seconds = 30 } = this.desk.policy.value ?? {};
    const accounts = (this.desk.accounts.value ?? []).filter(({ id }) => this.targets.some(({ account }) => account === id));
    return accounts.length > 0 ? Math.max(min_grace_seconds, ...accounts.map(({ sharing }) => sharing.grace)) : grace_seconds;
  }

  /** Whether files may go along at all. */
  get takesFiles(): boolean {
    return this.desk.policy.value?.attachments?.kind !== 'never';
  }

  watch(): () => void {
    const stops = [this.pages, this.mail, this.why].map((part) => part.watch());
    stops.push(this.decisions.show(this.pages, () => this.connection?.id ?? null));
    const { wanted } = this.desk;
    this.desk.wanted = null;
    if (wanted !== null) void this.#find(wanted);
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

  /** Says how much is shared: of the chosen mail together, else of the one that is read. */
  change(part: Partial<Wish>): void {
    const { chosen, row } = this.cursor;
    this.#wishes.say(chosen.length > 0 || !row ? null : row.mail, part);
  }

  /** Says it of one mail, whatever is read by now. */
  changeOf(mail: number, part: Partial<Wish>): void {
    this.#wishes.say(mail, part);
  }

  /** Takes an attachment of the mail that is read along, or no longer. */
  toggleAttachment(sha256: string): void {
    const { row } = this.cursor;
    if (!row) return;
    const { attachments } = this.#wishes.of(row, this.#ground);
    const without = attachments.filter((other) => other !== sha256);
    this.#wishes.say(row.mail, { attachments: without.length < attachments.length ? without : [...attachments, sha256] });
  }

  canShare(): boolean {
    return this.obstacle === null && this.sharable.length > 0 && this.connection !== null;
  }

  canKeep(): boolean {
    return this.keepable.length > 0 && this.connection !== null;
  }

  /** Whether the mail that is read is the only target. */
  isOne(): boolean {
    return this.cursor.row !== null && this.cursor.chosen.length === 0 && this.connection !== null;
  }

  canPostpone(): boolean {
    return this.postponable.length > 0 && this.connection !== null;
  }

  canInclude(): boolean {
    return this.isOne() && this.cursor.row?.state === 'excluded' && this.explained?.can_include === true;
  }

  canDeny(): boolean {
    return this.isOne() && this.targets.some((row) => isPossible('never_log', row) && row.who?.address);
  }

  /** What can be said of the other side from now on, the nearest first; to share, or to keep private. */
  options(verb: 'share' | 'keep_private'): readonly AlwaysOption[] {
    if (!this.isOne()) return [];
    return (this.explained?.always ?? []).filter(({ shares }) => verb === 'keep_private' || shares);
  }

  /** Decides about the targets, or asks first where they are many or something sensitive would go along with others. */
  decide(verb: 'share' | 'keep_private'): void {
    const rows = verb === 'share' ? this.sharable : this.keepable;
    if (verb === 'share' ? !this.canShare() : !this.canKeep()) return;
    const sensitive = verb === 'share' && rows.length > 1 ? rows.filter(isSensitive).length : 0;
    if ((rows.length > MANY || sensitive > 0) && this.asking?.verb !== verb) {
      this.asking = { verb, count: rows.length, sensitive };
      return;
    }
    this.asking = null;
    void this.#carryOut(verb, rows, verb === 'share' ? { wish: this.wishArgs } : {});
  }

  /** Decides about the mail that is read, and says the same of its other side from now on. */
  decideAlways(verb: 'share' | 'keep_private', always?: Always): void {
    const options = this.options(verb);
    const option = options.find((option) => option.always === always) ?? (always ? undefined : options[0]);
    if (!option || (verb === 'share' ? !this.canShare() : !this.canKeep())) return;
    void this.#carryOut(verb, this.targets, { always: option, ...(verb === 'share' && { wish: this.wishArgs }) });
  }

  /** Shares the mail that is read just as the preview showed it. Where the program refuses, the preview comes back. */
  async shareAsSeen(sha256: string): Promise<void> {
    const { row } = this.cursor;
    this.previewing = false;
    if (!row || (await this.#carryOut('share', [row], { wish: this.wishArgs, previewed: sha256 }))) return;
    this.previewing = this.cursor.row?.mail === row.mail;
  }

  /** Puts the targets off until a time (ms). */
  postpone(until: number): void {
    this.postponing = false;
    if (this.postponable.length > 0) void this.#carryOut('later', this.postponable, { until });
  }

  /** Lets the rep decide on a mail that a rule keeps out. */
  include(): void {
    if (this.canInclude()) void this.#carryOut('include', this.targets, {});
  }

  /** Keeps mail like this out from now on; whatever of it is in sight leaves at once. */
  deny(rule: NewRule): void {
    this.denying = false;
    const { row } = this.cursor;
    if (!row || !('value' in rule.about)) return;
    const { kind, value } = rule.about;
    const is = (address = ''): boolean => (kind === 'domain' ? `.${address.split('@')[1]}`.endsWith(`.${value}`) : address === value);
    const rows = this.pages.rows.filter((other) => isPossible('never_log', other) && is(other.who?.address));
    void this.#carryOut('never_log', rows.some(({ mail }) => mail === row.mail) ? rows : [row], { rule });
  }

  undo(): void {
    const made = this.decisions.undo();
    if (!made) return;
    const [first] = made.order.rows;
    if (first && this.pages.rows.some(({ mail }) => mail === first.mail)) this.cursor.follow(first);
    void made.undone.then((undone) => {
      const words = undone ? undoneOf(undone, made.order) : '';
      if (words) this.say(words);
    });
  }

  /** Says it to screen readers; the same words a second time are said again. */
  say(words: string): void {
    this.desk.said = this.desk.said === words ? `${words}\u00a0` : words;
  }

  /** Opens a mail that was named elsewhere. */
  async #find(mail: number): Promise<void> {
    const row = await this.pages.reach(mail);
    if (!row) return;
    this.cursor.follow(row);
    this.reading = true;
  }

  /** Gives back whether the program took it. */
  async #carryOut(verb: Verb, rows: readonly MailRowView[], more: Partial<Order>): Promise<boolean> {
    const connection = this.connection;
    if (!connection) return false;
    const order: Order = { verb, connection: connection.id, rows, grace: this.grace * 1000, ...more };
    const last = rows.some(({ mail }) => mail === this.cursor.row?.mail) ? rows.at(-1) : undefined;
    this.cursor.follow(last ?? this.cursor.row);
    const taken = this.decisions.take(order);
    this.cursor.none();
    if (last && this.cursor.row?.mail === last.mail) this.cursor.move(1);
    this.cursor.follow(this.cursor.row);
    const after = this.cursor.row;
    if (!after) this.reading = false;
    this.say(saidOf(order));
    // A refused mail is read again, unless the person has gone on.
    if (!(await taken) && this.cursor.row?.mail === after?.mail) this.cursor.follow(rows[0] ?? null);
    return taken;
  }

  /** Whether its state lets it go, or the rep's word. */
  #isSharable(row: MailRowView): boolean {
    return isPossible('share', row) || this.#isLinked(row);
  }

  /** Mail that the rep linked by hand goes there alone: with others it would go to everybody who matched. */
  #goesElsewhere({ mail }: MailRowView): boolean {
    return this.#wishes.said(mail).links !== undefined;
  }

  /** Whether the rep said to whom mail of somebody unknown goes. */
  #isLinked({ state, mail }: MailRowView): boolean {
    return state === 'unmatched' && (this.#wishes.said(mail).links?.length ?? 0) > 0;
  }

  get #ground(): Ground {
    const { opened } = this;
    return { accounts: this.desk.accounts.value ?? [], policy: this.desk.policy.value, opened: opened.state === 'ready' ? opened.value : null };
  }
}

const isSensitive = ({ asks }: MailRowView): boolean => asks.some(({ ask }) => ask === 'sensitive');
