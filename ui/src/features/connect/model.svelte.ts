/** From a typed address to a connected mailbox. What was filled in survives going back and forth. */
import type { Desk } from '../../desk.svelte';
import type { AccountView, FoundHere, Hosting, NewAccountArgs, Offer, Verdict } from '../../gen/api';
import { argsOf } from './args';
import { BrowserSignIn } from './browser.svelte';
import { SharingDraft, USUAL } from './details.svelte';
import { PastDraft } from './past.svelte';
import { Search } from './search.svelte';
import { ServerDraft, type ServerField } from './server.svelte';
import { Sharing } from './sharing.svelte';
import { MailboxTest } from './test.svelte';
import { looksLikeAddress, narrow } from './text';
import { Trail, type Stage } from './trail.svelte';
import { hostingOf, wayOf, type Way } from './ways';

export type Field = 'address' | 'path' | 'password' | 'sending_password' | ServerField;

export class Connecting {
  /** The field that a stage begins with; its heading where it is left out. */
  focus = $state<Field | null>(null);
  address = $state('');
  path = $state('');
  password = $state('');
  sendingPassword = $state('');
  /** What was typed had full-width characters or blanks, and was put right. */
  corrected = $state(false);
  /** Fields that are missing or break their rule, besides those of the servers. */
  flaws = $state.raw<ReadonlySet<Field>>(new Set());
  offer = $state.raw<Offer | null>(null);
  /** Who hosts the mailbox behind a gateway, by the person's word. */
  hosting = $state<Hosting | null>(null);
  /** The person has looked at servers on somebody else's domain. */
  foreignAgreed = $state(false);
  /** The mailbox is a shared one: somebody else signs in for it. */
  delegated = $state(false);
  busy = $state(false);
  reason = $state.raw<unknown>(null);
  account = $state.raw<AccountView | null>(null);
  readonly search: Search;
  /** The servers of the chosen offer, and those that the person types: going back finds either as it was. */
  readonly #offered = new ServerDraft();
  readonly #typed = new ServerDraft();
  readonly browser: BrowserSignIn;
  readonly test: MailboxTest;
  readonly past: PastDraft;
  readonly sharing: Sharing;
  /** How it shares besides its mode. */
  readonly details: SharingDraft;
  /** Why that was not saved, though the mailbox is connected. */
  notSaved = $state.raw<unknown>(null);
  readonly trail = new Trail();
  readonly #desk: Desk;
  /** What the last search was for. */
  #searched = '';

  constructor(desk: Desk) {
    this.#desk = desk;
    this.search = new Search(desk.host);
    this.browser = new BrowserSignIn(desk.host);
    this.test = new MailboxTest(desk.host);
    this.past = new PastDraft(desk.host);
    this.details = new SharingDraft(USUAL, () => desk.policy.value);
    this.sharing = new Sharing({
      address: () => this.address,
      looksShared: () => this.search.detected?.looks_shared ?? null,
      locked: () => desk.policy.value?.share_mode ?? null,
    });
  }

  get stage(): Stage {
    return this.trail.stage;
  }

  /** Mail files are read, not a server. */
  readonly fromFiles = $derived.by(() => this.trail.has('files'));

  /** The servers are typed by hand. */
  readonly isTyped = $derived.by(() => this.trail.has('manual'));

  readonly servers = $derived(this.isTyped ? this.#typed : this.#offered);

  readonly verdict = $derived.by((): Verdict | null => this.search.detected?.verdict ?? null);

  /** What can be chosen: behind a gateway, only what fits the service that the person named. */
  readonly offers = $derived.by((): readonly Offer[] => {
    const verdict = this.verdict;
    if (verdict?.kind === 'offers') return verdict.offers;
    if (verdict?.kind !== 'ask') return [];
    return verdict.offers.filter((offer) => hostingOf(offer) === this.hosting);
  });

  /** How one signs in to the servers as they stand. */
  readonly way = $derived.by((): Way => {
    const { receives, receive, send } = this.servers;
    const { host } = receives ? receive : send;
    return wayOf({ offer: this.#ofServers(), host, registered: this.#desk.policy.value?.providers ?? [] });
  });

  /** Which step of how many this is on the person's way. */
  readonly progress = $derived.by(() =>
    this.trail.progress(this.fromFiles ? ['sign_in'] : this.servers.receives ? [] : ['share', 'past']),
  );

  /** A password of its own is asked for, for sending. */
  readonly needsSendingPassword = $derived(!this.fromFiles && this.servers.sending === 'smtp' && this.servers.auth === 'own');

  go(stage: Stage, focus: Field | null = null): void {
    this.trail.go(stage);
    this.#show(focus);
  }

  /** To the stage before; what is under way ends. */
  back = (): void => {
    this.#rest();
    this.trail.back();
    this.#show(null);
  };

  /** Back to a stage that was passed, or on to one that was not; what is under way ends. */
  to(stage: Stage, focus: Field | null = null): void {
    this.#rest();
    this.trail.to(stage);
    this.#show(focus);
  }

  /** Looks at the address: puts right what an input method made of it. */
  readAddress(): boolean {
    const before = this.address.trim();
    const after = narrow(this.address);
    this.address = after;
    if (before !== after) this.corrected = true;
    return !this.#miss('address', looksLikeAddress(after));
  }

  /** Searches for the settings of the address, and shows what was found. */
  find = async (): Promise<void> => {
    if (!this.readAddress()) return void (this.focus = 'address');
    if (this.stage === 'choose') this.trail.replace('finding');
    else if (this.stage !== 'finding') this.go('finding');
    const { address } = this;
    if (!(await this.search.start(address)) || this.stage !== 'finding') return;
    this.#found(address);
  };

  /** Looks no further: the servers are typed. */
  byHand = (): void => {
    this.search.stop();
    if (!this.readAddress()) return void (this.focus = 'address');
    this.type();
  };

  /** To the form, filled in with what was found as long as nothing was typed. */
  type = (focus: Field | null = null): void => {
    const { verdict } = this;
    // What was typed for this address before is found again.
    const isFresh = this.stage !== 'choose' || !this.#typed.receive.host;
    if (!this.isTyped && this.offer && isFresh) this.#typed.copy(this.#offered);
    else if (!this.#typed.receive.host) this.#guess(verdict?.kind === 'manual' ? verdict.guess : null);
    this.to('manual', focus);
  };

  /** Takes over what another mail program of this computer is set up for. */
  takeOver = ({ address, offer }: FoundHere): void => {
    this.address = address;
    this.search.know({ address, normalised: false, looks_shared: this.sharing.looksShared, verdict: { kind: 'offers', offers: [offer] } });
    this.#found(address);
  };

  choose = (offer: Offer): void => {
    if (offer !== this.offer) [this.foreignAgreed, this.reason] = [false, null];
    this.offer = offer;
    this.#offered.fill(offer);
  };

  name = (hosting: Hosting): void => {
    this.hosting = hosting;
    const [first] = this.offers;
    if (first) this.choose(first);
    else this.offer = null;
  };

  /** What has to be agreed to before the chosen servers are used. */
  readonly agreed = $derived((this.isTyped || !this.offer?.foreign || this.foreignAgreed) && (!this.servers.isClear || this.servers.clearAgreed));

  /** The company's own settings are taken as they are. */
  readonly isLocked = $derived(!this.isTyped && (this.offer?.locked ?? false));

  /** On from the choice or the form to what will happen. */
  accept = (): void => {
    if (this.stage === 'choose' && !this.offer) return this.byHand();
    const flaw = this.isLocked ? null : this.servers.check();
    if (flaw && this.stage === 'choose') return this.type(flaw);
    if (flaw) return void (this.focus = flaw);
    if (this.agreed) this.go('promise');
  };

  acceptFiles = (): void => {
    const noPath = this.#miss('path', this.path !== '');
    const wrong = !this.readAddress() ? 'address' : noPath ? 'path' : null;
    if (wrong) this.focus = wrong;
    else this.go('promise');
  };

  /** Opens the browser for the sign-in. */
  authorise = async (): Promise<void> => {
    if (this.way.kind !== 'browser') return;
    const purpose = this.servers.receives ? this.servers.protocol : 'send_only';
    const sends = this.servers.sending !== 'off';
    const { provider } = this.way;
    this.delegated = false;
    const ready = await this.browser.start({ provider, purpose, sends, address: this.address });
    // A permission that is missing is said first.
    if (ready && this.browser.done?.missing.length === 0) this.probe();
  };

  /** Goes on as who signed in, though it isn't who was typed. */
  acceptOther = (): void => {
    const signedIn = this.browser.done?.address;
    if (!signedIn) return;
    [this.address, this.servers.user, this.browser.accepted] = [signedIn, signedIn, true];
    this.probe();
  };

  /** Opens the mailbox that was typed with the rights of who signed in (Exchange: Full Access). */
  acceptDelegate = (): void => {
    [this.delegated, this.browser.accepted] = [true, true];
    this.probe();
  };

  /** Tests what was filled in. */
  probe = (): void => {
    if (this.#needsPassword() && this.#miss('password', this.password !== '')) return void (this.focus = 'password');
    if (this.needsSendingPassword && this.#miss('sending_password', this.sendingPassword !== '')) {
      return void (this.focus = 'sending_password');
    }
    if (this.stage !== 'test') this.go('test');
    void this.test.start(this.args());
  };

  /** Connects without sending: that can be set up later. */
  withoutSending = (): void => {
    this.servers.sending = 'off';
  };

  /** The mailbox works: on to who reads it, and meanwhile to how much is in it. What only sends has nothing to share. */
  proceed = (): void => {
    if (!this.fromFiles && !this.servers.receives) return void this.connect();
    if (this.past.course === 'idle' || this.past.course === 'failed') void this.past.survey(this.args());
    this.go('share');
  };

  /** Connects what was tested. */
  connect = async (): Promise<boolean> => {
    [this.busy, this.reason] = [true, null];
    try {
      this.account = await this.#desk.host.call('accounts.add', this.args());
      this.#forgetSecrets();
      await this.saveDetails();
      this.trail.end();
      return true;
    } catch (reason) {
      this.reason = reason;
      return false;
    } finally {
      this.busy = false;
    }
  };

  /** Keeps how the connected mailbox shares, where the person changed that. */
  saveDetails = async (): Promise<void> => {
    if (!this.account || !this.details.isChanged()) return;
    this.notSaved = null;
    try {
      this.account = await this.#desk.host.call('accounts.adjust', { id: this.account.id, sharing: this.details.value() });
    } catch (reason) {
      this.notSaved = reason;
    }
  };

  /** Lets the person choose the folder with mail files. */
  chooseFiles = async (): Promise<void> => {
    const { path } = await this.#desk.host.call('app.choose_folder', {});
    if (path === null) return;
    this.path = path;
    this.#miss('path', true);
  };

  /** The window is left: nothing goes on behind it, and no secret stays. */
  leave(): void {
    this.#rest();
    this.#forgetSecrets();
  }

  /** The mailbox as the program is asked to test or to connect it. */
  args(): NewAccountArgs {
    return argsOf(this);
  }

  #needsPassword(): boolean {
    return !this.fromFiles && this.way.kind === 'password';
  }

  #found(address: string): void {
    if (this.search.detected) this.address = this.search.detected.address;
    if (this.search.detected?.normalised) this.corrected = true;
    if (address !== this.#searched) this.#forget(address);
    const { verdict } = this;
    if (verdict?.kind === 'ask' && verdict.likely) this.name(verdict.likely);
    if (verdict?.kind === 'manual') return this.type();
    if (!this.offer && verdict?.kind === 'offers' && verdict.offers[0]) this.choose(verdict.offers[0]);
    this.go('choose');
  }

  /** Another address: what was chosen for the one before no longer counts. */
  #forget(address: string): void {
    this.#searched = address;
    [this.offer, this.hosting, this.foreignAgreed] = [null, null, false];
    this.#typed.receive.fill(null);
    this.#typed.send.fill(null);
    this.browser.reset();
    this.past.reset();
  }

  #guess(guess: Offer | null): void {
    const domain = this.address.split('@')[1] ?? '';
    if (guess) return this.#typed.fill(guess);
    this.#typed.user = this.address;
    this.#typed.receive.host = domain && `imap.${domain}`;
    this.#typed.send.host = domain && `smtp.${domain}`;
  }

  /** The chosen offer, as long as mail is received from its server. */
  #ofServers(): Offer | null {
    const { receives, receive, send } = this.servers;
    const same = receives ? receive.host === this.offer?.receive?.host : send.host === this.offer?.send?.host;
    return same ? this.offer : null;
  }

  /** Notes whether a field breaks its rule; says so. */
  #miss(field: Field, isRight: boolean): boolean {
    const others = [...this.flaws].filter((flaw) => flaw !== field);
    this.flaws = new Set(isRight ? others : [...others, field]);
    return !isRight;
  }

  #show(focus: Field | null): void {
    [this.focus, this.reason] = [focus, null];
  }

  #rest(): void {
    this.search.stop();
    this.browser.cancel();
    this.test.stop();
  }

  #forgetSecrets(): void {
    [this.password, this.sendingPassword] = ['', ''];
  }
}
