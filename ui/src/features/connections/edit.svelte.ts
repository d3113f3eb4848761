/** Changing a connected mailbox: its servers and sign-in, its share mode, its folders, its sender addresses. */
import type { Desk } from '../../desk.svelte';
import type { AccountView, ChangeArgs, RepRole, SenderAddress, ShareMode } from '../../gen/api';
import { BrowserSignIn, looksLikeAddress, narrow, PastDraft, recommended, ServerDraft, SharingDraft, wayOf } from '../connect';

export type Section = 'server' | 'share' | 'past' | 'senders';

/** How a person signs in: with a password, or at a provider of this name. */
export type Method = 'password' | `at ${string}`;

export class AccountEdit {
  section = $state<Section>('server');
  busy = $state(false);
  saved = $state(false);
  reason = $state.raw<unknown>(null);
  method = $state<Method>('password');
  password = $state('');
  sendingPassword = $state('');
  role = $state<RepRole>('rep');
  mode = $state<ShareMode>('ask_once');
  senders = $state.raw<readonly SenderAddress[]>([]);
  sender = $state('');
  senderFlaw = $state(false);
  readonly account: AccountView;
  readonly servers = new ServerDraft();
  readonly browser: BrowserSignIn;
  readonly past: PastDraft;
  readonly sharing: SharingDraft;
  readonly #desk: Desk;

  constructor(desk: Desk, account: AccountView, section: Section = 'server') {
    [this.#desk, this.account, this.section] = [desk, account, section];
    this.browser = new BrowserSignIn(desk.host);
    this.past = new PastDraft(desk.host);
    this.servers.take(account);
    this.method = methodOf(account);
    this.role = account.role ?? 'rep';
    this.mode = account.share_mode ?? recommended(this.role);
    this.senders = account.senders;
    this.sharing = new SharingDraft(account.sharing, () => desk.policy.value);
    this.past.show(account.folders.map(({ name, role }) => ({ name, role, survey: null })), account.folders.map(({ name }) => name));
    if (account.import_since === null) this.past.range = 'all';
    else [this.past.range, this.past.day] = ['date', new Date(account.import_since).toLocaleDateString('sv')];
  }

  /** The mode that the company has set for every account. */
  readonly lockedMode = $derived.by(() => this.#desk.policy.value?.share_mode ?? null);

  /** How many more mails are asked about before any goes by itself: a team is not asked. */
  readonly practiceLeft = $derived.by(() => {
    const byItself = (this.lockedMode ?? this.mode) === 'share' && this.role !== 'shared_address';
    return byItself ? this.account.practice_left : 0;
  });

  /** The ways to sign in that there are: no password where a provider's own sign-in exists. */
  readonly methods = $derived.by((): Method[] => {
    const registered = this.#desk.policy.value?.providers ?? [];
    const { sign_in } = this.account;
    const own = sign_in.kind === 'oauth' ? [sign_in.provider] : [];
    const way = wayOf({ offer: null, host: this.servers.receive.host, registered: [...registered, ...own] });
    if (way.kind === 'browser') return [`at ${way.provider}`];
    return [...new Set<Method>(['password', ...[...own, ...registered].map((name): Method => `at ${name}`)])];
  });

  /** The provider to sign in at; `null` for a password. */
  readonly provider = $derived(this.method === 'password' ? null : this.method.slice(3));

  /** The way of signing in is another than the account has. */
  readonly isOther = $derived.by(() => this.method !== methodOf(this.account));

  /** Whether the servers can be saved as they are filled in. */
  readonly complete = $derived.by(() => {
    if (this.servers.isClear && !this.servers.clearAgreed && !this.#wasClear()) return false;
    if (this.provider !== null) return !this.isOther || this.browser.ready;
    return !this.isOther || this.password !== '';
  });

  /** Another section: what was said of the one before goes. */
  show = (section: Section): void => {
    [this.section, this.reason, this.saved] = [section, null, false];
  };

  /** Signs in at the provider, as whom the account is of. */
  authorise = (): void => {
    const { provider } = this;
    if (provider === null) return;
    const sends = this.servers.sending !== 'off';
    void this.browser.start({ provider, purpose: this.servers.protocol, sends, address: this.account.address });
  };

  saveServer = (): Promise<boolean> => {
    if (this.servers.check()) return Promise.resolve(false);
    return this.#during(() => this.#desk.host.call('accounts.change', this.#change()));
  };

  saveShare = (): Promise<boolean> => {
    const { role, mode, lockedMode } = this;
    const sharing = this.sharing.value();
    return this.#adjust(lockedMode === null ? { role, share_mode: mode, sharing } : { role, sharing });
  };

  savePast = (): Promise<boolean> => this.#adjust({ folders: [...this.past.chosen], import_since: this.past.since() ?? 0 });

  saveSenders = (): Promise<boolean> => this.#adjust({ senders: [...this.senders] });

  /** Takes an address typed by hand into the list. */
  addSender = (): void => {
    const address = narrow(this.sender).toLowerCase();
    this.senderFlaw = !looksLikeAddress(address);
    if (this.senderFlaw) return;
    const others = this.senders.filter((sender) => sender.address !== address);
    [this.senders, this.sender, this.saved] = [[...others, { address, name: '', from_provider: false }], '', false];
  };

  removeSender = (address: string): void => {
    [this.senders, this.saved] = [this.senders.filter((sender) => sender.address !== address), false];
  };

  /** Asks the provider which addresses there are; what was typed by hand stays. */
  refreshSenders = (): Promise<boolean> =>
    this.#during(async () => {
      const { senders } = await this.#desk.host.call('accounts.refresh_senders', { id: this.account.id });
      const told = new Set(senders.map(({ address }) => address));
      this.senders = [...senders, ...this.senders.filter(({ address }) => !told.has(address))];
    });

  /** The dialog is left: nothing goes on behind it. */
  leave(): void {
    this.browser.cancel();
  }

  #adjust(change: object): Promise<boolean> {
    return this.#during(() => this.#desk.host.call('accounts.adjust', { id: this.account.id, ...change }));
  }

  #change(): ChangeArgs {
    const { id } = this.account;
    const user = this.servers.user.trim();
    const server = this.servers.receives ? { protocol: this.servers.protocol, endpoint: this.servers.receive.value(), ...(user ? { user } : {}) } : {};
    const ticket = this.browser.done?.ticket;
    const proof = this.provider === null ? (this.password ? { password: this.password } : {}) : ticket === undefined ? {} : { ticket };
    const own = this.sendingPassword ? { sending_password: this.sendingPassword } : {};
    return { id, ...server, sending: this.servers.sendingValue(), ...proof, ...own };
  }

  #wasClear(): boolean {
    const { source, sending } = this.account;
    const was = [
      source.kind === 'imap' || source.kind === 'pop3' ? source.endpoint.security : 'tls',
      sending.kind === 'smtp' ? sending.endpoint.security : 'tls',
    ];
    const is = [this.servers.receive.security, this.servers.sending === 'smtp' ? this.servers.send.security : 'tls'];
    return is.every((security, index) => security !== 'clear' || was[index] === 'clear');
  }

  async #during(work: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    [this.busy, this.reason, this.saved] = [true, null, false];
    try {
      await work();
      [this.saved, this.password, this.sendingPassword] = [true, '', ''];
      return true;
    } catch (reason) {
      this.reason = reason;
      return false;
    } finally {
      this.busy = false;
    }
  }
}

const methodOf = ({ sign_in }: AccountView): Method => (sign_in.kind === 'password' ? 'password' : `at ${sign_in.provider}`);
