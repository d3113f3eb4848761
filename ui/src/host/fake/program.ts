/**
 * A program that exists in the window alone: it keeps mail, decides, waits out the grace period, logs and takes back, as
 * the real one does, without any server. Screens are designed and tested in front of it. What it answers stands in the
 * files beside this one, by the first word of the command.
 */
import { commands, type Commands, type Event, type MailPage, type MailRowView, type QueueRow, type State, type Tag } from '../../gen/api';
import type { AccountView, Candidate, ConnectionView, Contact, FormerView, Status, Triage } from '../../gen/api';
import { contactHandlers } from './contacts';
import { crmHandlers } from './crm';
import { error } from './errors';
import type { Handlers, Name } from './handlers';
import { historyHandlers } from './history';
import { Mailboxes } from './mailboxes';
import { previewHandlers } from './preview';
import { deedsOf, queueHandlers } from './queue';
import { reviewHandlers } from './review';
import { Reviews, type Review } from './reviews';
import { Rules } from './rules';
import { accountsOf, candidatesOf, connectionOf, mailOf, MINUTE, type Told } from './sample';
import { statsHandlers } from './stats';

export interface Beginning {
  mails: readonly Told[];
  accounts: AccountView[];
  connections: ConnectionView[];
  /** Milliseconds. */
  grace: number;
  sharingAllowed?: boolean;
  /** Which mailboxes there are to connect (`scenarios.ts`). */
  scenario?: string;
}

export class Program {
  readonly now = Date.now();
  readonly mails: readonly Told[];
  readonly mailboxes: Mailboxes;
  readonly reviews = new Reviews();
  readonly rules: Rules;
  /** Whom the rep said an address belongs to. */
  readonly aliases = new Map<string, Contact>();
  readonly grace: number;
  connections: ConnectionView[];
  /** CRMs that go or have gone. */
  former: FormerView[] = [];
  readonly #listeners = new Set<(event: Event) => void>();
  readonly #sharingAllowed: boolean;
  readonly #handlers: Handlers;
  #operations = 0;
  #sample = false;

  constructor({ mails, accounts, connections, grace, sharingAllowed = true, scenario }: Beginning) {
    this.mails = mails;
    this.mailboxes = new Mailboxes(accounts, (event) => this.tell(event), scenario);
    this.connections = connections;
    this.grace = grace;
    this.#sharingAllowed = sharingAllowed;
    this.rules = new Rules(this);
    this.#handlers = {
      ...this.#own,
      ...this.mailboxes.handlers,
      ...this.rules.handlers,
      ...contactHandlers(this),
      ...crmHandlers(this),
      ...historyHandlers(this),
      ...previewHandlers(this),
      ...queueHandlers(this),
      ...reviewHandlers(this),
      ...statsHandlers(this),
    };
  }

  on = (listener: (event: Event) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  async answer<N extends Name>(name: N, args: Commands[N]['args']): Promise<Commands[N]['answer']> {
    const handler = this.#handlers[name] as ((args: Commands[N]['args']) => Commands[N]['answer']) | undefined;
    if (!handler) throw error('unknown_command', 'none', name);
    const answer = await handler(args);
    if (!commands[name].query) this.changed(...commands[name].tags);
    return answer;
  }

  changed(...tags: Tag[]): void {
    if (tags.length > 0) this.tell({ event: 'changed', tags });
  }

  tell(event: Event): void {
    this.#listeners.forEach((listener) => listener(event));
  }

  /** Makes as if this had been decided at some time before. `mail` counts from 1, newest first. */
  decided(mail: number, state: State, more: Partial<Review> = {}): void {
    const by = state === 'pending' ? {} : { origin: { by: 'user' } as const };
    this.reviews.put(this.review(mail, 1), { ...by, state, rev: 1, ...more });
  }

  /** Begins something long; it ends by itself. */
  operation(): { op: number } {
    const op = ++this.#operations;
    setTimeout(() => this.tell({ event: 'ended', op, code: null }), 600);
    return { op };
  }

  told(mail: number): Told {
    const told = this.mails[mail - 1];
    if (!told) throw error('no_such', 'none');
    return told;
  }

  candidates(mail: number): Candidate[] {
    return candidatesOf(this.told(mail), this.aliases);
  }

  triage(mail: number): Triage {
    const told = this.told(mail);
    const why = this.rules.excluding(told) ?? told.excluded;
    if (why) return { triage: 'excluded', why };
    return this.candidates(mail).length > 0 ? { triage: 'matched' } : { triage: 'unmatched' };
  }

  /** Where a mail stands. It is asked of all of them, a hundred thousand at times, so it makes nothing. */
  state(mail: number, connection: number): State {
    const known = this.reviews.get(mail, connection);
    if (known && known.state !== 'pending') return known.state;
    const told = this.told(mail);
    if (told.excluded || this.rules.excluding(told)) return known?.included ? 'pending' : 'excluded';
    return told.known || this.aliases.has(told.who.address) ? 'pending' : 'unmatched';
  }

  review(mail: number, connection: number): Review {
    const state = this.state(mail, connection);
    const known = this.reviews.get(mail, connection);
    if (known) return known.state === state ? known : { ...known, state };
    return { ...UNDECIDED, id: mail, connection, mail, state, changed_at: this.now - mail * MINUTE };
  }

  /** The mail that fits, newest first. */
  mailIn(fits: (mail: number) => boolean, account?: number): number[] {
    if (this.mailboxes.all.length === 0) return [];
    const mails = [...this.mails.keys()].map((index) => index + 1);
    return mails.filter((mail) => (account === undefined || account === accountOf(mail)) && fits(mail));
  }

  page(all: number[], connection: number | null, after: { mail: number } | undefined, limit: number): MailPage {
    const start = after ? all.findIndex((mail) => mail > after.mail) : 0;
    const mails = start < 0 ? [] : all.slice(start, start + limit);
    const rows = mails.map((mail) => this.row(mail, connection));
    const last = rows.at(-1);
    const next = last && start + limit < all.length ? { date: last.date, mail: last.mail } : null;
    return { rows, next, total: all.length };
  }

  row(mail: number, connection: number | null): MailRowView {
    const told = this.told(mail);
    const { state, rev, release_at, snoozed_until } = this.review(mail, connection ?? 1);
    const candidates = connection === null ? [] : this.candidates(mail);
    const [first] = candidates;
    return {
      mail,
      account: accountOf(mail),
      connection,
      rev,
      state: connection === null ? null : state,
      date: this.now - told.ago * MINUTE,
      who: told.who,
      outgoing: told.outgoing ?? false,
      contact: first ? { name: first.name, company: told.company, more: candidates.length - 1 } : null,
      subject: told.subject.slice(0, 500),
      snippet: told.text.slice(0, 120),
      thread: mail,
      attachments: told.files?.length ?? 0,
      release_at,
      snoozed_until,
      asks: connection !== null && state === 'pending' ? asksOf(told) : [],
    };
  }

  queueRow({ mail, connection }: Review): QueueRow {
    const review = this.review(mail, connection);
    const { id, state, rev, choice, release_at, changed_at, failed, decision, origin } = review;
    const { who, outgoing = false, subject } = this.told(mail);
    const logged = !review.found && ['logged', 'retract_queued', 'retracting', 'retracted', 'retract_failed'].includes(state);
    return {
      id,
      connection,
      key: String(mail).padStart(64, '0'),
      mail,
      who,
      outgoing,
      records: review.relinked ?? this.candidates(mail).map(({ name }) => name),
      state,
      rev,
      subject,
      choice,
      payload_sha256: choice ? 'e3b0c44298fc1c149afbf4c8996fb924'.repeat(2) : null,
      release_at,
      retract_after: false,
      decision_id: decision,
      origin,
      returned: null,
      attempt: failed ? 2 : 0,
      next_attempt_at: state === 'failed_retry' ? Date.now() + 4 * MINUTE : null,
      error: failed ?? null,
      remote: logged ? { id: `E-${mail}`, url: `https://crm.example.co.jp/mail/E-${mail}`, already_known: false } : null,
      changed_at,
      deeds: deedsOf(state, failed?.code === 'crm_maybe_logged', review.found ?? false),
    };
  }

  /** What was decided and stands in one of these states, the latest first. */
  queue(shown: (state: State) => boolean): QueueRow[] {
    const rows = this.reviews.all().map((review) => this.queueRow(review)).filter(({ state }) => shown(state));
    const decided = rows.filter(({ state }) => !['pending', 'unmatched', 'excluded'].includes(state));
    return decided.sort((a, b) => b.changed_at - a.changed_at || b.id - a.id);
  }

  readonly #own: Handlers = {
    'app.status': () => this.#status(),
    'app.unlock': ({ passphrase }) => {
      if (passphrase === 'wrong') throw error('passphrase_wrong', 'unlock');
      return { done: true };
    },
    'app.open_sample': () => this.#openSample(),
    'app.close_sample': () => {
      this.#sample = false;
      [this.mailboxes.all, this.connections] = [[], []];
      return { done: true };
    },
    'app.choose_folder': () => ({ path: '/home/mori/crm' }),
    'app.open_link': () => ({ done: true }),
    'app.reveal': () => ({ done: true }),
    'mail.sync': () => this.operation(),
    'mail.list': ({ connection, account, after, limit = 100 }) => this.page(this.mailIn(() => true, account), connection ?? null, after, limit),
    'mail.get': ({ mail }) => mailOf(this.told(mail), this.now),
    'mail.save_attachment': ({ mail, part }) => {
      const name = this.told(mail).files?.[part - 1]?.[0] ?? 'attachment';
      return { path: `/home/mori/Downloads/${name}`, name };
    },
    'policy.get': () => ({
      error: this.#sharingAllowed ? null : error('policy_invalid', 'ask_it', '/etc/otomo/policy.json:7: expected a comma'),
      grace_seconds: this.grace / 1000,
      min_grace_seconds: 10,
      max_level: null,
      attachments: null,
      export_allowed: true,
      preset_domains: ['preset.example'],
      share_mode: null,
      forbids_clear_text: false,
      forbids_clear_text_outside: false,
      forbids_certificate_exceptions: false,
      providers: [],
      ...this.mailboxes.policy,
    }),
  };

  #status(): Status {
    const numbers = new Map<State, number>();
    for (const mail of this.mailIn(() => true)) {
      const state = this.state(mail, 1);
      if (!this.reviews.get(mail, 1)?.snoozed_until) numbers.set(state, (numbers.get(state) ?? 0) + 1);
    }
    const number = (state: State): number => numbers.get(state) ?? 0;
    return {
      version: '0.1.0',
      home: '/home/mori/.local/share/otomo',
      accounts: this.mailboxes.all.length,
      connections: this.connections.length,
      mails: this.mailboxes.all.length > 0 ? this.mails.length : 0,
      waiting: number('pending'),
      scheduled: number('scheduled'),
      logged: number('logged'),
      needs_attention: number('failed_perm') + number('retract_failed'),
      sharing_allowed: this.#sharingAllowed,
      sample: this.#sample,
    };
  }

  #openSample(): { done: boolean } {
    this.#sample = true;
    this.mailboxes.all = accountsOf(Date.now()).slice(0, 1);
    this.connections = [connectionOf(Date.now())];
    return { done: true };
  }
}

const UNDECIDED: Omit<Review, 'id' | 'connection' | 'mail' | 'state' | 'changed_at'> = {
  rev: 0,
  decision: null,
  origin: null,
  choice: null,
  release_at: null,
  snoozed_until: null,
  included: false,
};

/** Why a mail waits: what it tells itself, then that the account asks about everybody once. */
const asksOf = ({ asks, met }: Told): MailRowView['asks'] => [
  ...(asks ?? []),
  ...(met ? [] : [{ ask: 'first_contact' } as const]),
  { ask: 'mode', mode: 'ask_once' },
];

/** Some mail came to the second account. */
export const accountOf = (mail: number): number => (mail % 5 === 0 ? 2 : 1);
