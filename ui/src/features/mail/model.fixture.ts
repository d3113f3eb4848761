/** A desk for tests: its mail is made up, and its decisions wait for the test to answer them. */
import { Desk } from '../../desk.svelte';
import type { AccountView, DecidedView, MailPage, MailRowView, PolicyView, QueueRow, State, Status, Why } from '../../gen/api';
import { Scripted, settled } from '../../host/scripted';
import { MailModel } from './model.svelte';

/** What a policy leaves to the rep. */
const UNLOCKED = {
  share_mode: null,
  min_grace_seconds: 10,
  attachments: null,
  export_allowed: true,
  forbids_clear_text: false,
  forbids_clear_text_outside: false,
  forbids_certificate_exceptions: false,
  providers: [],
};

export const row = (mail: number, state: State = 'pending', rev = 0): MailRowView => ({
  mail,
  account: 1,
  connection: 1,
  rev,
  state,
  date: mail,
  who: null,
  outgoing: false,
  contact: null,
  subject: '',
  snippet: '',
  thread: mail,
  attachments: 0,
  release_at: null,
  snoozed_until: null,
  asks: [],
});

/** What goes of a mail where nobody says anything. */
export const WISH = { level: 'full', quotes: false, signature: false, redactions: [] } as const;

/** Where the program puts what it decided on. */
const BECOMES: Record<string, State> = { 'review.share': 'scheduled', 'review.keep_private': 'private' };

export const decided = (decision_id: number, mails: number[], rev = 1): DecidedView => ({
  decision_id,
  items: mails.map((mail) => ({ connection: 1, mail, rev }) as QueueRow),
  release_at: Date.now() + 30_000,
});

export interface Beginning {
  rows: MailRowView[];
  policy?: Partial<PolicyView>;
  sharing_allowed?: boolean;
  /** A list of all states, where decided mail stays. */
  all?: boolean;
  accounts?: AccountView[];
  /** What is said of every mail. */
  why?: Partial<Why>;
}

/** A desk with this mail, whose decisions wait for the test to answer them. */
export async function desk({ rows, policy = {}, sharing_allowed = true, all = false, accounts = [], why }: Beginning) {
  const became = new Map<number, State>();
  const listed = (): MailRowView[] =>
    rows.map((row) => ({ ...row, state: became.get(row.mail) ?? row.state })).filter(({ mail, state }) => all || !became.has(mail) || state === 'pending');
  const host = new Scripted()
    .always('app.status', () => ({ sharing_allowed }) as Status)
    .always('accounts.list', () => accounts)
    .always('crm.list', () => [{ id: 1, name: 'CRM' } as never])
    .always('policy.get', () => ({ error: null, grace_seconds: 30, max_level: null, preset_domains: [], ...UNLOCKED, ...policy }))
    .always('review.list', (): MailPage => ({ rows: listed(), next: null, total: listed().length }));
  if (why) host.always('review.why', () => ({ candidates: [], always: [], can_include: false, ...why }) as unknown as Why);
  const desk = new Desk(host);
  desk.watch();
  const ask = () => host.call('review.list', { connection: 1 });
  const model = new MailModel(desk, { name: 'review.list', ask, shows: ({ state, snoozed_until }) => all || (state === 'pending' && snoozed_until === null) });
  model.watch();
  await settled();
  model.turn();
  const questions = (name: string) => host.asked.filter((asked) => asked.name === name);
  return {
    host,
    model,
    mails: () => model.pages.rows.map(({ mail }) => mail),
    at: () => model.cursor.row?.mail,
    /** Answers or refuses the latest question of this name; the list follows. */
    async answer(name: string, answer: unknown): Promise<void> {
      const { items = [] } = answer as Partial<DecidedView>;
      const undone = Array.isArray(answer) ? (answer as QueueRow[]) : [];
      for (const { mail, state = BECOMES[name] } of [...items, ...undone] as Partial<QueueRow>[]) if (mail && state) became.set(mail, state);
      questions(name).at(-1)?.resolve(answer);
      await settled();
    },
    async refuse(name: string, reason: unknown): Promise<void> {
      questions(name).at(-1)?.reject(reason);
      await settled();
    },
  };
}

