/** The review desk of one connection. */
import type { State } from '../../gen/api';
import type { Desk } from '../../desk.svelte';
import { MailModel, type Source } from '../mail';

export const TABS = ['pending', 'unmatched', 'excluded'] as const;
export type Tab = (typeof TABS)[number];

export class ReviewModel extends MailModel {
  tab = $state<Tab>('pending');
  readonly #connection: number;

  constructor(desk: Desk, connection: number) {
    super(desk, mailIn(desk, connection, ['pending']));
    this.#connection = connection;
  }

  open(tab: Tab): void {
    this.tab = tab;
    this.reading = false;
    this.cursor.none();
    this.cursor.follow(null);
    this.pages.restart(mailIn(this.desk, this.#connection, [tab]));
  }
}

const mailIn = ({ host }: Desk, connection: number, states: State[]): Source => ({
  name: 'review.list',
  ask: (after, limit) => host.call('review.list', { connection, states, limit, ...(after && { after }) }),
  shows: (state) => state !== null && states.includes(state),
});
