import type { Desk } from '../../desk.svelte';
import type { AccountView, Action, Captures, ConnectionView, DoingView, Field } from '../../gen/api';

/** How a mailbox or a CRM is doing, in one word. */
export type Health = 'active' | 'working' | 'sign_in' | 'attention' | 'unreachable' | 'paused';

/** Names a card: what it is of, and its number. */
export type Key = `account ${number}` | `crm ${number}`;

/** Whose sign-in is asked for: a mailbox, or a CRM. */
export interface Asked {
  key: Key;
  id: number;
  name: string;
  account?: AccountView;
  /** The secret that a CRM asks for. */
  secret?: Field | undefined;
  /** The CRM is signed in to in the browser. */
  browser?: boolean | undefined;
}

export class ConnectionsModel {
  /** Cards that the program has been asked about. */
  busy = $state.raw<ReadonlySet<Key>>(new Set());
  /** Why the last deed didn't succeed, by card. */
  problems = $state.raw<Partial<Record<Key, unknown>>>({});
  /** The card whose password or token is asked for. */
  signingIn = $state.raw<Asked | null>(null);
  readonly #desk: Desk;
  /** Operations under way, and on which card. */
  readonly #operations = new Map<number, Key>();
  /** Operations that ended so soon that their number isn't known yet. */
  readonly #ended = new Set<number>();
  #starting = 0;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Hears the end of what takes long; gives back how to stop. */
  watch(): () => void {
    return this.#desk.host.on((event) => {
      if (event.event !== 'ended') return;
      const key = this.#operations.get(event.op);
      this.#operations.delete(event.op);
      if (!key && this.#starting > 0) this.#ended.add(event.op);
      if (key) this.#rest(key);
    });
  }

  sync = ({ id }: AccountView): Promise<void> => this.#operation(`account ${id}`, () => this.#desk.host.call('mail.sync', { account: id }));

  refresh = ({ id }: ConnectionView): Promise<void> => this.#operation(`crm ${id}`, () => this.#desk.host.call('crm.refresh', { id }));

  /** Pauses what runs, resumes what is paused. */
  toggleAccount = ({ id, doing }: AccountView): Promise<boolean> => {
    const paused = doing.state === 'paused';
    return this.#during(`account ${id}`, () => this.#desk.host.call(paused ? 'accounts.resume' : 'accounts.pause', { id }));
  };

  toggleCrm = ({ id, status }: Pick<ConnectionView, 'id' | 'status'>): Promise<boolean> => {
    const paused = status === 'paused';
    return this.#during(`crm ${id}`, () => this.#desk.host.call(paused ? 'crm.resume' : 'crm.pause', { id }));
  };

  /** Tries again a CRM that there is nothing to sign in to. */
  resumeCrm = ({ id }: { id: number }): Promise<boolean> => this.#during(`crm ${id}`, () => this.#desk.host.call('crm.resume', { id }));

  ask = (of: Asked | null): void => {
    if (of) this.#forget(of.key);
    this.signingIn = of;
  };

  /** Signs in anew with a password or a token; the question stays where it is not accepted. */
  signIn = async (secret: string): Promise<void> => {
    const of = this.signingIn;
    if (!of || secret === '') return;
    const { host } = this.#desk;
    const work = of.key.startsWith('account')
      ? () => host.call('accounts.sign_in', { id: of.id, password: secret })
      : () => host.call('crm.sign_in', { id: of.id, token: secret });
    if (await this.#during(of.key, work)) this.signingIn = null;
  };

  /** Signs in anew with what came back from the browser. */
  signInWith = async (ticket: number): Promise<void> => {
    const of = this.signingIn;
    if (!of) return;
    const { host } = this.#desk;
    const work = of.browser ? () => host.call('crm.sign_in', { id: of.id, ticket }) : () => host.call('accounts.sign_in', { id: of.id, ticket });
    if (await this.#during(of.key, work)) this.signingIn = null;
  };

  remove = ({ id }: AccountView, wipe: boolean, retract: boolean): Promise<boolean> =>
    this.#during(`account ${id}`, () => this.#desk.host.call('accounts.remove', { id, wipe, retract }));

  /** Removes a CRM; says whether that was begun. */
  removeCrm = (id: number, retract: boolean): Promise<boolean> =>
    this.#during(`crm ${id}`, () => this.#desk.host.call('crm.remove', { id, retract }));

  rename = ({ id }: ConnectionView, name: string): Promise<boolean> =>
    this.#during(`crm ${id}`, () => this.#desk.host.call('crm.rename', { id, name }));

  sayCaptures = ({ id }: ConnectionView, captures: Captures): Promise<boolean> =>
    this.#during(`crm ${id}`, () => this.#desk.host.call('crm.say_captures', { id, captures }));

  closeSample = async (): Promise<void> => void (await this.#desk.host.call('app.close_sample', {}));

  async #operation(key: Key, work: () => Promise<{ op: number }>): Promise<void> {
    if (this.busy.has(key)) return;
    this.#begin(key);
    this.#starting += 1;
    try {
      const { op } = await work();
      if (this.#ended.has(op)) this.#rest(key);
      else this.#operations.set(op, key);
    } catch (reason) {
      this.problems = { ...this.problems, [key]: reason };
      this.#rest(key);
    } finally {
      this.#starting -= 1;
      if (this.#starting === 0) this.#ended.clear();
    }
  }

  async #during(key: Key, work: () => Promise<unknown>): Promise<boolean> {
    if (this.busy.has(key)) return false;
    this.#begin(key);
    try {
      await work();
      return true;
    } catch (reason) {
      this.problems = { ...this.problems, [key]: reason };
      return false;
    } finally {
      this.#rest(key);
    }
  }

  #begin(key: Key): void {
    this.#forget(key);
    this.busy = new Set([...this.busy, key]);
  }

  #rest(key: Key): void {
    this.busy = new Set([...this.busy].filter((other) => other !== key));
  }

  #forget(key: Key): void {
    this.problems = Object.fromEntries(Object.entries(this.problems).filter(([other]) => other !== key));
  }
}

/** What is put right by signing in. */
const SIGN_INS: readonly Action[] = ['sign_in', 'sign_in_at_provider', 'make_app_password'];

/** How something is doing, from what it says itself and whether it may send at all. */
export function healthOf(doing: DoingView, status: ConnectionView['status'] = 'active'): Health {
  if (status === 'paused') return 'paused';
  if (doing.state === 'needs_person') return SIGN_INS.includes(doing.error.action) ? 'sign_in' : 'attention';
  if (status === 'sign_in_needed') return 'sign_in';
  if (doing.state === 'paused') return 'paused';
  if (doing.state === 'waiting') return 'unreachable';
  return doing.state === 'working' ? 'working' : 'active';
}
