/** All mail, or that of one account. With a connection each mail says how it stands there. */
import type { Desk } from '../../desk.svelte';
import type { MailRowView, State } from '../../gen/api';
import { MailModel, type Source } from '../mail';

export class MailboxModel extends MailModel {
  account = $state<number>();
  /** Only mail that needs the rep: what a CRM refused. */
  attention = $state(false);
  readonly #connection: number | undefined;

  constructor(desk: Desk, connection: number | undefined) {
    const { wanted } = desk;
    super(desk, wanted !== null && connection !== undefined ? troubled(desk, connection) : mailOf(desk, connection, undefined));
    this.#connection = connection;
    if (wanted === null) return;
    this.attention = true;
    // As soon as it is in the list; until then on top.
    this.cursor.follow({ mail: wanted, date: Infinity } as MailRowView);
  }

  /** Lists the mail of one account; of all where none is named. */
  open(account: number | undefined): void {
    [this.account, this.attention] = [account, false];
    this.reading = false;
    this.cursor.none();
    this.cursor.follow(null);
    this.pages.restart(mailOf(this.desk, this.#connection, account));
  }

  /** Lists what needs the rep. */
  openAttention(): void {
    if (this.#connection === undefined) return;
    this.open(undefined);
    this.attention = true;
    this.pages.restart(troubled(this.desk, this.#connection));
  }
}

const mailOf = ({ host }: Desk, connection: number | undefined, account: number | undefined): Source => ({
  name: 'mail.list',
  ask: (after, limit) =>
    host.call('mail.list', {
      limit,
      ...(connection !== undefined && { connection }),
      ...(account !== undefined && { account }),
      ...(after && { after }),
    }),
  shows: (row) => account === undefined || row.account === account,
});

const TROUBLED: readonly State[] = ['failed_perm', 'retract_failed', 'remote_missing'];

const troubled = ({ host }: Desk, connection: number): Source => ({
  name: 'review.list',
  ask: (after, limit) => host.call('review.list', { connection, states: [...TROUBLED], limit, ...(after && { after }) }),
  shows: ({ state }) => state !== null && TROUBLED.includes(state),
});
