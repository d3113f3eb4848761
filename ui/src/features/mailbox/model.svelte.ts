/** All mail, or that of one account. With a connection each mail says how it stands there. */
import type { Desk } from '../../desk.svelte';
import { MailModel, type Source } from '../mail';

export class MailboxModel extends MailModel {
  account = $state<number>();
  readonly #connection: number | undefined;

  constructor(desk: Desk, connection: number | undefined) {
    super(desk, mailOf(desk, connection, undefined));
    this.#connection = connection;
  }

  /** Lists the mail of one account; of all where none is named. */
  open(account: number | undefined): void {
    this.account = account;
    this.reading = false;
    this.cursor.none();
    this.cursor.follow(null);
    this.pages.restart(mailOf(this.desk, this.#connection, account));
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
  shows: () => true,
});
