/** The mailboxes of the made-up program: found, tested, connected, changed and removed as the real ones are. */
import type { AccountView, ApiError, AuthorisedView, Commands, Event, FolderView, HealthView, NewAccountArgs } from '../../gen/api';
import type { Sending, SettingsOrigin, Source, SpanView, Step, SurveyRow, Tested } from '../../gen/api';
import { error } from './errors';
import { MINUTE, SHARING } from './sample';
import { detected, FOLDERS, SCENARIOS, type Scenario } from './scenarios';

type Name = Extract<keyof Commands, `accounts.${string}`> | 'op.cancel';
type Handlers = { [N in Name]: (args: Commands[N]['args']) => Commands[N]['answer'] | Promise<Commands[N]['answer']> };

const wait = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

export const REFUSED = error('sign_in_refused', 'sign_in', '[AUTHENTICATIONFAILED] Authentication failed.');
const ORIGINS: readonly SettingsOrigin[] = ['policy', 'known_domain', 'mx', 'tenant', 'autoconfig', 'ispdb', 'srv', 'guess'];
const RECEIVING: readonly [Step, string][] = [
  ['name', '192.0.2.14'],
  ['connect', '993'],
  ['certificate', 'TLS 1.3'],
  ['sign_in', 'PLAIN'],
  ['inbox', '2418'],
  ['folders', '8'],
];
const SENDING: readonly [Step, string][] = [
  ['send_server', 'TLS 1.3'],
  ['send_sign_in', 'PLAIN'],
  ['send_as', '250 2.1.0 Ok'],
];

export class Mailboxes {
  all: AccountView[];
  readonly #scenario: Scenario;
  readonly #name: string;
  readonly #tell: (event: Event) => void;
  readonly #stopped = new Set<number>();
  #tickets = 0;

  constructor(all: AccountView[], tell: (event: Event) => void, scenario = 'self_hosted') {
    [this.all, this.#tell, this.#name] = [all, tell, scenario];
    this.#scenario = SCENARIOS[scenario] ?? { verdict: () => ({ kind: 'offline' }), findings: {} };
  }

  get policy(): Scenario['policy'] {
    return this.#scenario.policy;
  }

  readonly handlers: Handlers = {
    'accounts.list': () => this.all,
    'accounts.found_here': () => this.#scenario.here ?? [],
    'accounts.detect': async ({ address, op = 0 }) => {
      await this.#search(op);
      return detected(this.#scenario, address);
    },
    'accounts.authorise': (args) => this.#authorise(args),
    'accounts.test': (args) => this.#test(args),
    'accounts.survey': async ({ since }) => {
      await wait(300);
      return this.#survey(since);
    },
    'accounts.add': async (args) => {
      await wait(150);
      if (this.all.some(({ address }) => address === args.address)) throw error('already_connected', 'none');
      const account = this.#made(args);
      this.all = [...this.all, account];
      return account;
    },
    'accounts.sign_in': ({ id, password, ticket }) => {
      if (password === 'wrong') throw REFUSED;
      const sign_in: AccountView['sign_in'] = ticket === undefined ? { kind: 'password' } : { kind: 'oauth', provider: 'google' };
      return this.#change(id, { sign_in, doing: { state: 'in_step' } });
    },
    'accounts.change': async ({ id, protocol, endpoint, user, sending, password }) => {
      await wait(300);
      if (password === 'wrong') throw REFUSED;
      if (endpoint?.host.includes('nowhere')) throw error('host_unknown', 'edit_settings', `${endpoint.host}: NXDOMAIN`);
      const { source } = this.#account(id);
      const kind = protocol ?? (source.kind === 'pop3' ? 'pop3' : 'imap');
      const changed: Source = endpoint ? { kind, endpoint, user: user ?? '' } : source;
      return this.#change(id, { source: changed, ...(sending ? { sending } : {}), doing: { state: 'in_step' } });
    },
    'accounts.adjust': ({ id, role, share_mode, folders, import_since, senders, sharing }) =>
      this.#change(id, {
        ...(sharing ? { sharing, practice_left: sharing.practised ? 0 : this.#account(id).practice_left } : {}),
        ...(role ? { role } : {}),
        ...(share_mode ? { share_mode } : {}),
        ...(senders ? { senders } : {}),
        ...(import_since === undefined ? {} : { import_since: import_since || null }),
        ...(folders ? { folders: folders.map(folderOf) } : {}),
      }),
    'accounts.remove': async ({ id }) => {
      await wait(200);
      this.all = this.all.filter((account) => account.id !== id);
      return { done: true };
    },
    'accounts.send_test': async () => {
      await wait(400);
      return { done: true };
    },
    'accounts.refresh_senders': async ({ id }) => {
      await wait(300);
      const { senders, address } = this.#account(id);
      const alias = { address: address.replace('@', '+sales@'), name: '森 健司', from_provider: true };
      return this.#change(id, { senders: [...senders.filter((sender) => sender.address !== alias.address), alias] });
    },
    'accounts.health': ({ id }) => healthOf(this.#account(id), Date.now()),
    'accounts.pause': ({ id }) => this.#change(id, { doing: { state: 'paused' } }),
    'accounts.resume': ({ id }) => this.#change(id, { doing: { state: 'in_step' } }),
    'op.cancel': ({ op }) => {
      this.#stopped.add(op);
      return { done: true };
    },
  };

  async #search(op: number): Promise<void> {
    for (const origin of ORIGINS) this.#tell({ event: 'finding', op, origin, finding: { outcome: 'running' } });
    for (const origin of ORIGINS) {
      await wait(this.#name === 'searching' && origin === 'autoconfig' ? 60_000 : 60);
      if (this.#stopped.has(op)) throw error('not_possible_now', 'none', 'cancelled');
      this.#tell({ event: 'finding', op, origin, finding: this.#scenario.findings[origin] ?? { outcome: 'nothing' } });
    }
  }

  async #authorise({ op, provider, address }: Commands['accounts.authorise']['args']): Promise<AuthorisedView> {
    const { address: other, missing = [], fails, hangs } = this.#scenario.browser ?? {};
    await wait(80);
    this.#tell({ event: 'browse', op, url: `https://login.${provider}.example/authorize?client_id=otomo&code_challenge_method=S256&state=3f9c` });
    await wait(hangs ? 60_000 : 500);
    if (this.#stopped.has(op)) throw error('sign_in_denied', 'sign_in_at_provider', 'cancelled');
    if (fails) throw fails;
    return { ticket: ++this.#tickets, address: other ?? address ?? null, matches: other === undefined, missing };
  }

  async #test(args: NewAccountArgs): Promise<Tested> {
    const { op = 0, sending } = args;
    const steps = args.path === undefined ? RECEIVING : RECEIVING.filter(([step]) => ['connect', 'inbox', 'folders'].includes(step));
    const receiving = args.send_only ? [] : steps;
    for (const [step, detail] of receiving) await this.#step(op, step, detail, args);
    const folders = FOLDERS.map(({ name, role }) => ({ name, role, captured_at: null }));
    const tested: Tested = { folders, inbox: 2418, sending: { state: 'off' } };
    if (sending?.kind === 'off' || sending === undefined || args.path !== undefined) return tested;
    try {
      for (const [step, detail] of SENDING.filter(([step]) => sending.kind === 'smtp' || step === 'send_sign_in')) await this.#step(op, step, detail, args);
    } catch (fault) {
      return { ...tested, sending: { state: 'failed', error: fault as ApiError } };
    }
    return { ...tested, sending: { state: 'ready' } };
  }

  async #step(op: number, step: Step, detail: string, args: NewAccountArgs): Promise<void> {
    this.#tell({ event: 'step', op, step, outcome: { outcome: 'running' } });
    await wait(args.password === 'slow' && step === 'sign_in' ? 60_000 : 70);
    if (this.#stopped.has(op)) throw error('not_possible_now', 'none', 'cancelled');
    const fault = this.#faultAt(step, args);
    if (fault) {
      this.#tell({ event: 'step', op, step, outcome: { outcome: 'failed', error: fault } });
      throw fault;
    }
    this.#tell({ event: 'step', op, step, outcome: { outcome: 'passed', detail } });
  }

  /** What goes wrong at a step: the scenario, the host and the password choose. */
  #faultAt(step: Step, { endpoint, password, sending }: NewAccountArgs): ApiError | null {
    const host = endpoint?.host ?? '';
    if (step === 'name' && host.includes('nowhere')) return error('host_unknown', 'edit_settings', `${host}: NXDOMAIN`);
    if (step === 'sign_in' && password === 'wrong') return REFUSED;
    if (endpoint?.trust || sending?.kind === 'graph') return null;
    return this.#scenario.faults?.[step] ?? null;
  }

  #survey(since: readonly number[]): SurveyRow[] {
    const rows = this.#scenario.folders ?? FOLDERS;
    if (this.#scenario.silent) return rows.slice(0, 1).map((row) => ({ ...row, survey: null }));
    return rows.map((row) => ({ ...row, survey: row.survey && { ...row.survey, since: since.map((_, i) => row.survey?.since[i] ?? 120) } }));
  }

  #made(args: NewAccountArgs): AccountView {
    const { address, path, protocol = 'imap', endpoint, user = address, sending, ticket, folders } = args;
    const { role = null, share_mode = null, import_since = null } = args;
    const server = endpoint ?? { host: 'imap.example.co.jp', port: 993, security: 'tls' };
    const mailbox: Source = path === undefined ? { kind: protocol, endpoint: server, user } : { kind: 'files', path };
    const source: Source = args.send_only ? { kind: 'nothing' } : mailbox;
    const off: Sending = { kind: 'off' };
    return {
      id: Math.max(0, ...this.all.map(({ id }) => id)) + 1,
      address,
      source,
      sign_in: ticket === undefined ? { kind: 'password' } : { kind: 'oauth', provider: 'google' },
      sending: sending ?? off,
      role,
      share_mode,
      sharing: SHARING,
      practice_left: 20,
      import_since,
      senders: [{ address, name: '森 健司', from_provider: false }],
      doing: { state: 'in_step' },
      folders: (folders ?? ['INBOX', 'Sent']).map(folderOf),
      captured_at: null,
    };
  }

  #account(id: number): AccountView {
    const account = this.all.find((account) => account.id === id);
    if (!account) throw error('no_such', 'none');
    return account;
  }

  #change(id: number, change: Partial<AccountView>): AccountView {
    const changed = { ...this.#account(id), ...change };
    this.all = this.all.map((account) => (account.id === id ? changed : account));
    return changed;
  }
}

const folderOf = (name: string): FolderView => ({ name, role: FOLDERS.find((row) => row.name === name)?.role ?? 'other', captured_at: null });

/** A day with a pause in the night, an hour without the network, and what is now. */
function healthOf({ doing }: AccountView, now: number): HealthView {
  const at = (hours: number): number => now - hours * 60 * MINUTE;
  const span = (from: number, to: number, condition: SpanView['condition'], code: SpanView['code'] = null): SpanView => {
    return { since: at(from), until: at(to), condition, code };
  };
  const spans = [span(24, 15, 'in_step'), span(9, 5, 'in_step'), span(5, 4, 'waiting', 'unreachable'), span(4, 1, 'in_step')];
  const last = doing.state === 'needs_person' || doing.state === 'waiting' ? doing : null;
  spans.push(span(1, 0, doing.state === 'paused' ? 'paused' : (last?.state ?? 'in_step'), last?.error.code ?? null));
  return { since: at(24), until: now, spans, lost: 0, lost_at: null };
}
