/** What every screen stands on: the program, a few answers that all of them show, and which screen is open. */
import { Actions } from './actions.svelte';
import { Decisions } from './features/mail/decisions.svelte';
import type { ConnectionView, QueueRow } from './gen/api';
import type { Host } from './host';
import { Live } from './live.svelte';

export const SCREENS = ['review', 'mailbox', 'queue', 'history', 'rules', 'connections', 'settings'] as const;
export type Screen = (typeof SCREENS)[number];

export class Desk {
  readonly host: Host;
  readonly actions = new Actions();
  /** What was decided and can be taken back, on whichever screen. */
  readonly decisions: Decisions;
  readonly status: Live<'app.status'>;
  readonly accounts: Live<'accounts.list'>;
  readonly connections: Live<'crm.list'>;
  /** CRMs that go or have gone: what was shared to them still stands in the history. */
  readonly former: Live<'crm.former'>;
  readonly policy: Live<'policy.get'>;
  screen = $state<Screen>('review');
  /** The mail that the next screen begins with. */
  wanted: number | null = null;
  /** What a screen reader says next. */
  said = $state('');
  #chosen = $state<number | null>(null);

  /** The connection whose mail is shown: the chosen one, else the first. */
  readonly connection = $derived.by((): ConnectionView | null => {
    const all = this.connections.value ?? [];
    return all.find(({ id }) => id === this.#chosen) ?? all[0] ?? null;
  });

  constructor(host: Host) {
    this.host = host;
    this.decisions = new Decisions(host);
    this.status = new Live(host, 'app.status', () => ({}));
    this.accounts = new Live(host, 'accounts.list', () => ({}));
    this.connections = new Live(host, 'crm.list', () => ({}));
    this.former = new Live(host, 'crm.former', () => ({}));
    this.policy = new Live(host, 'policy.get', () => ({}));
  }

  /** Keeps all of it fresh; gives back how to stop. */
  watch(): () => void {
    const stops = [this.status, this.accounts, this.connections, this.former, this.policy].map((live) => live.watch());
    return () => stops.forEach((stop) => stop());
  }

  /** Asks again for everything, after the program could not start. */
  async retry(): Promise<void> {
    await Promise.all([this.status, this.accounts, this.connections, this.former, this.policy].map((live) => live.ask()));
  }

  go(screen: Screen): void {
    [this.screen, this.wanted] = [screen, null];
  }

  /** Opens a mail that needs the rep, wherever it was named. */
  show({ mail, connection }: Pick<QueueRow, 'mail' | 'connection'>): void {
    this.choose(connection);
    this.go('mailbox');
    this.wanted = mail;
  }

  choose(connection: number): void {
    this.#chosen = connection;
  }
}
