/**
 * A program that exists in the window alone: it keeps mail, decides, waits out the grace period, logs and takes back, as
 * the real one does, without any server. Screens are designed and tested in front of it.
 */
import { commands, type Commands, type Event, type MailPage, type MailRowView, type QueueRow, type State, type Tag } from '../../gen/api';
import type { AccountView, Choice, ConnectionView, Status } from '../../gen/api';
import { error } from './errors';
import { Mailboxes } from './mailboxes';
import { accountsOf, candidatesOf, triageOf, connectionOf, mailOf, MINUTE, REP, type Told } from './sample';

type Name = keyof Commands;
type Handlers = { [N in Name]?: (args: Commands[N]['args']) => Commands[N]['answer'] | Promise<Commands[N]['answer']> };

/** What was decided about a mail, and how far it has come. */
interface Review {
  id: number;
  state: State;
  rev: number;
  decision: number;
  choice: Choice | null;
  release_at: number | null;
  changed_at: number;
  failed?: QueueRow['error'];
}

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

const DECIDED: readonly State[] = ['logged', 'private', 'retract_queued', 'retracting', 'retracted', 'retract_failed'];

const wait = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

export class Program {
  readonly #now = Date.now();
  readonly #listeners = new Set<(event: Event) => void>();
  readonly #mails: readonly Told[];
  readonly #reviews = new Map<number, Review>();
  readonly mailboxes: Mailboxes;
  connections: ConnectionView[];
  readonly #grace: number;
  readonly #sharingAllowed: boolean;
  #decisions = 0;
  #reviewsMade = 0;
  #sample = false;

  constructor({ mails, accounts, connections, grace, sharingAllowed = true, scenario }: Beginning) {
    this.#mails = mails;
    this.mailboxes = new Mailboxes(accounts, (event) => this.tell(event), scenario);
    this.connections = connections;
    this.#grace = grace;
    this.#sharingAllowed = sharingAllowed;
  }

  on = (listener: (event: Event) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  async answer<N extends Name>(name: N, args: Commands[N]['args']): Promise<Commands[N]['answer']> {
    const handler = { ...this.mailboxes.handlers, ...this.#handlers }[name as never] as ((args: Commands[N]['args']) => Commands[N]['answer']) | undefined;
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
    this.#reviews.set(mail, { ...this.#review(mail), state, rev: 1, ...more });
  }

  readonly #handlers: Handlers = {
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
    'mail.sync': () => this.#operation(),
    'mail.list': ({ connection, account, after, limit = 100 }) =>
      this.#page(this.#mailIn(() => true, account), connection ?? null, after, limit),
    'mail.get': ({ mail }) => mailOf(this.#told(mail), this.#now),
    'mail.save_attachment': ({ mail, part }) => {
      const name = this.#told(mail).files?.[part - 1]?.[0] ?? 'attachment';
      return { path: `/home/mori/Downloads/${name}`, name };
    },
    'review.list': ({ connection, states = ['pending'], after, limit = 100 }) => {
      return this.#page(this.#mailIn((state) => states.includes(state)), connection, after, limit);
    },
    'review.why': ({ mail }) => {
      const state = this.#stateOf(mail);
      const told = this.#told(mail);
      const candidates = candidatesOf(told);
      const triage = triageOf(told);
      return { state, triage, candidates, returned: null, index_refreshed_at: this.#now - 7 * MINUTE };
    },
    'review.preview': ({ mail, wish }) => {
      const { subject, text, who } = this.#told(mail);
      const payload = JSON.stringify({ body: text, level: wish?.level ?? 'full', subject, to: who.address }, null, 2);
      return { payload, sha256: 'e3b0c44298fc1c149afbf4c8996fb924'.repeat(2), rev: this.#review(mail).rev };
    },
    'review.share': ({ items, wish }) => {
      const choice = { level: wish?.level ?? 'full', links: wish?.links ?? [], attachments: wish?.attachments ?? [] };
      return this.#decide(items, { state: 'scheduled', choice, release_at: Date.now() + this.#grace });
    },
    'review.keep_private': ({ items }) => this.#decide(items, { state: 'private', choice: null, release_at: null }),
    'review.undo': ({ decision_id }) => {
      const undone = [...this.#reviews].filter(([, review]) => review.decision === decision_id);
      if (undone.some(([, { state }]) => state !== 'scheduled' && state !== 'private')) throw error('too_late', 'review');
      undone.forEach(([mail]) => this.#move(mail, { state: this.#told(mail).known ? 'pending' : 'unmatched', release_at: null, choice: null }));
      return undone.map(([mail]) => this.#row(mail));
    },
    'rules.list': () => [],
    'queue.list': () => this.#queue((state) => !DECIDED.includes(state)),
    'queue.send_now': ({ id }) => this.#step(id, { state: 'queued', release_at: Date.now() }),
    'queue.retry': ({ id }) => this.#step(id, { state: 'queued', release_at: Date.now() }),
    'queue.cancel': ({ id }) => this.#step(id, { state: 'pending', release_at: null }),
    'history.list': ({ after, limit = 100 }) => {
      const rows = this.#queue((state) => DECIDED.includes(state)).filter(
        ({ changed_at, id }) => !after || changed_at < after.changed_at || (changed_at === after.changed_at && id < after.id),
      );
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      const next = last && rows.length > limit ? { changed_at: last.changed_at, id: last.id } : null;
      return { rows: page, next };
    },
    'history.retract': ({ id }) => {
      const row = this.#step(id, { state: 'retract_queued' });
      void wait(1500).then(() => this.#later(id, 'retracted'));
      return row;
    },
    'audit.verify': () => ({ rows: 96, intact: true, broken_at: null, head: 'a1'.repeat(32) }),
    'crm.kinds': () => [
      { kind: 'rest', fields: [field('url', false), field('token', true)], retraction: 'delete' },
      { kind: 'folder', fields: [field('path', false)], retraction: 'delete' },
    ],
    'crm.list': () => this.connections,
    'crm.test': async ({ token }) => {
      await wait(400);
      if (token === 'wrong') throw error('crm_sign_in_needed', 'sign_in', 'HTTP 401');
      return { user_id: '42', email: REP.address, name: REP.name, can_unlog: true, max_attachment_bytes: null };
    },
    'crm.connect': ({ kind, name, settings }) => {
      const made = { ...connectionOf(Date.now()), id: this.connections.length + 1, kind, name: name ?? kind, settings };
      this.connections = [...this.connections, made];
      return made;
    },
    'crm.sign_in': ({ id }) => this.#connection(id, { status: 'active', doing: { state: 'in_step' } }),
    'crm.refresh': () => this.#operation(),
    'crm.pause': ({ id }) => this.#connection(id, { status: 'paused', doing: { state: 'paused' } }),
    'crm.resume': ({ id }) => this.#connection(id, { status: 'active', doing: { state: 'in_step' } }),
    'policy.get': () => ({
      error: this.#sharingAllowed ? null : error('policy_invalid', 'ask_it', '/etc/otomo/policy.json:7: expected a comma'),
      grace_seconds: this.#grace / 1000,
      max_level: null,
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
    if (this.mailboxes.all.length > 0) {
      for (const mail of this.#mails.keys()) numbers.set(this.#stateOf(mail + 1), (numbers.get(this.#stateOf(mail + 1)) ?? 0) + 1);
    }
    const number = (state: State): number => numbers.get(state) ?? 0;
    return {
      version: '0.1.0',
      home: '/home/mori/.local/share/otomo',
      accounts: this.mailboxes.all.length,
      connections: this.connections.length,
      mails: this.mailboxes.all.length > 0 ? this.#mails.length : 0,
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

  #operation(): { op: number } {
    const op = ++this.#decisions;
    void wait(600).then(() => this.tell({ event: 'ended', op, code: null }));
    return { op };
  }

  #connection(id: number, change: Partial<ConnectionView>): ConnectionView {
    this.connections = this.connections.map((made) => (made.id === id ? { ...made, ...change } : made));
    const connection = this.connections.find((made) => made.id === id);
    if (!connection) throw error('no_such', 'none');
    return connection;
  }

  #told(mail: number): Told {
    const told = this.#mails[mail - 1];
    if (!told) throw error('no_such', 'none');
    return told;
  }

  #stateOf(mail: number): State {
    const { known, internal } = this.#told(mail);
    return this.#reviews.get(mail)?.state ?? (internal ? 'excluded' : known ? 'pending' : 'unmatched');
  }

  #review(mail: number): Review {
    const known = this.#reviews.get(mail);
    if (known) return known;
    return { id: mail, state: this.#stateOf(mail), rev: 0, decision: 0, choice: null, release_at: null, changed_at: this.#now - mail * MINUTE };
  }

  /** The mail whose state fits, newest first. */
  #mailIn(fits: (state: State) => boolean, account?: number): number[] {
    if (this.mailboxes.all.length === 0) return [];
    const mails = [...this.#mails.keys()].map((index) => index + 1);
    return mails.filter((mail) => fits(this.#stateOf(mail)) && (account === undefined || account === accountOf(mail)));
  }

  #mailRow(mail: number, connection: number | null): MailRowView {
    const told = this.#told(mail);
    const { state, rev, release_at } = this.#review(mail);
    return {
      mail,
      account: accountOf(mail),
      connection,
      rev,
      state: connection === null ? null : state,
      date: this.#now - told.ago * MINUTE,
      who: told.who,
      outgoing: told.outgoing ?? false,
      contact: told.known && connection !== null ? { name: told.who.name, company: told.company, more: 0 } : null,
      subject: told.subject.slice(0, 500),
      snippet: told.text.slice(0, 120),
      thread: mail,
      attachments: told.files?.length ?? 0,
      release_at,
    };
  }

  #page(all: number[], connection: number | null, after: { mail: number } | undefined, limit: number): MailPage {
    const start = after ? all.findIndex((mail) => mail > after.mail) : 0;
    const mails = start < 0 ? [] : all.slice(start, start + limit);
    const rows = mails.map((mail) => this.#mailRow(mail, connection));
    const last = rows.at(-1);
    const next = last && start + limit < all.length ? { date: last.date, mail: last.mail } : null;
    return { rows, next, total: all.length };
  }

  #decide(items: { mail: number; expected_rev?: number }[], change: Partial<Review>): Commands['review.share']['answer'] {
    for (const { mail, expected_rev } of items) {
      if (expected_rev !== undefined && expected_rev !== this.#review(mail).rev) throw error('conflict', 'review');
    }
    const decision = ++this.#decisions;
    for (const { mail } of items) this.#move(mail, { ...change, decision });
    const { release_at = null } = change;
    if (release_at !== null) setTimeout(() => this.#release(decision), release_at - Date.now());
    return { decision_id: decision, items: items.map(({ mail }) => this.#row(mail)), release_at };
  }

  #move(mail: number, change: Partial<Review>): void {
    const before = this.#review(mail);
    const id = this.#reviews.has(mail) ? before.id : 1000 + ++this.#reviewsMade;
    this.#reviews.set(mail, { ...before, id, ...change, rev: before.rev + 1, changed_at: Date.now() });
  }

  #release(decision: number): void {
    for (const [mail, review] of this.#reviews) {
      if (review.decision === decision && review.state === 'scheduled') this.#move(mail, { state: 'logged', release_at: null });
    }
    this.changed('review', 'queue', 'history');
  }

  #queue(shown: (state: State) => boolean): QueueRow[] {
    const rows = [...this.#reviews.keys()].map((mail) => this.#row(mail)).filter(({ state }) => shown(state));
    const decided = rows.filter(({ state }) => state !== 'pending' && state !== 'unmatched');
    return decided.sort((a, b) => b.changed_at - a.changed_at || b.id - a.id);
  }

  #row(mail: number): QueueRow {
    const { id, state, rev, choice, release_at, changed_at, failed } = this.#review(mail);
    const { who, outgoing = false, subject, known } = this.#told(mail);
    const logged = ['logged', 'retract_queued', 'retracting', 'retracted', 'retract_failed'].includes(state);
    return {
      id,
      connection: 1,
      key: String(mail).padStart(64, '0'),
      mail,
      who,
      outgoing,
      records: known ? [who.name] : [],
      state,
      rev,
      subject,
      choice,
      payload_sha256: choice ? 'e3b0c44298fc1c149afbf4c8996fb924'.repeat(2) : null,
      release_at,
      retract_after: false,
      returned: null,
      attempt: failed ? 2 : 0,
      next_attempt_at: state === 'failed_retry' ? Date.now() + 4 * MINUTE : null,
      error: failed ?? null,
      remote: logged ? { id: `E-${mail}`, url: `https://crm.example.co.jp/mail/E-${mail}`, already_known: false } : null,
      changed_at,
    };
  }

  #step(id: number, change: Partial<Review>): QueueRow {
    const mail = [...this.#reviews].find(([, review]) => review.id === id)?.[0];
    if (mail === undefined) throw error('no_such', 'none');
    this.#move(mail, change);
    if (change.state === 'queued') void wait(900).then(() => this.#later(id, 'logged'));
    return this.#row(mail);
  }

  #later(id: number, state: State): void {
    this.#step(id, { state });
    this.changed('queue', 'history', 'review');
  }
}

const field = (name: string, secret: boolean): { name: string; secret: boolean; required: boolean } => ({
  name,
  secret,
  required: true,
});

/** Some mail came to the second account. */
const accountOf = (mail: number): number => (mail % 5 === 0 ? 2 : 1);
