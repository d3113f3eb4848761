/** The review desk of one connection. */
import type { Ask, MailRowView, Pile, ReviewCounts, State } from '../../gen/api';
import type { Desk } from '../../desk.svelte';
import { Live } from '../../live.svelte';
import { MailModel, type Source } from '../mail';

export const TABS = ['all', 'first', 'alert', 'later', 'unmatched', 'excluded'] as const satisfies readonly (keyof ReviewCounts)[];
export type Tab = (typeof TABS)[number];

/** What has to be looked at closely (`domain::judge`). */
const ALERTS: readonly Ask['ask'][] = ['sensitive', 'new_participant', 'many_records', 'twin', 'dubious', 'rule'];

/** Which mail a tab has, as the program and as the window tell it. */
interface Part {
  state: State;
  pile: Pile;
  has: (row: MailRowView) => boolean;
}

const PARTS: Record<Tab, Part> = {
  all: { state: 'pending', pile: 'all', has: () => true },
  first: { state: 'pending', pile: 'first', has: ({ asks }) => asks.some(({ ask }) => ask === 'first_contact') },
  alert: { state: 'pending', pile: 'alert', has: ({ asks }) => asks.some(({ ask }) => ALERTS.includes(ask)) },
  later: { state: 'pending', pile: 'later', has: () => true },
  unmatched: { state: 'unmatched', pile: 'all', has: () => true },
  excluded: { state: 'excluded', pile: 'all', has: () => true },
};

export class ReviewModel extends MailModel {
  tab = $state<Tab>('all');
  readonly counts: Live<'review.counts'>;
  readonly #connection: number;

  constructor(desk: Desk, connection: number) {
    super(desk, mailIn(desk, connection, 'all'));
    this.#connection = connection;
    this.counts = new Live(desk.host, 'review.counts', () => ({ id: connection }));
  }

  override watch(): () => void {
    const stops = [super.watch(), this.counts.watch()];
    return () => stops.forEach((stop) => stop());
  }

  open(tab: Tab): void {
    this.tab = tab;
    this.reading = false;
    this.cursor.none();
    this.cursor.follow(null);
    this.pages.restart(mailIn(this.desk, this.#connection, tab));
  }

  /** Goes to a tab beside this one; from the last on to the first. */
  step(by: 1 | -1): void {
    const tab = TABS[(TABS.indexOf(this.tab) + by + TABS.length) % TABS.length];
    if (tab) this.open(tab);
  }
}

function mailIn({ host }: Desk, connection: number, tab: Tab): Source {
  const { state, pile, has } = PARTS[tab];
  return {
    name: 'review.list',
    ask: (after, limit) => host.call('review.list', { connection, states: [state], pile, limit, ...(after && { after }) }),
    shows: (row) => row.state === state && (row.snoozed_until !== null) === (pile === 'later') && has(row),
  };
}
