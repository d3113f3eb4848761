/** From a typed address to a connected mailbox. What was filled in survives going back and forth. */
import type { Desk } from '../../desk.svelte';
import type { AccountView, FoundHere, Hosting, NewAccountArgs, Offer, RepRole, ShareMode, Verdict } from '../../gen/api';
import { BrowserSignIn } from './browser.svelte';
import { PastDraft } from './past.svelte';
import { Search } from './search.svelte';
import { ServerDraft, type ServerField } from './server.svelte';
import { MailboxTest } from './test.svelte';
import { looksLikeAddress, narrow } from './text';
import { hostingOf, wayOf, type Way } from './ways';

export type Stage = 'address' | 'finding' | 'choose' | 'manual' | 'files' | 'promise' | 'sign_in' | 'test' | 'share' | 'past' | 'done';
export type Field = 'address' | 'path' | 'password' | 'sending_password' | ServerField;
/** Who reads the mailbox. */
export type Audience = 'mine' | 'team';

/** The stages that count as one step each, in their order. */
const COUNTED: readonly (readonly Stage[])[] = [['address'], ['finding', 'choose', 'manual', 'files'], ['promise'], ['sign_in'], ['test'], ['share'], ['past']];

/** Names that usually belong to a team: seen while the address is typed, before the program is asked. */
const SHARED = /^(contact|eigyo|hr|info|inquiry|jinji|office|recruit|sales|saiyo|service|shop|soumu|support|team|toiawase)([-._].*)?@/i;

/** What is recommended: executives read first, everybody else shares. */
export const recommended = (role: RepRole): ShareMode => (role === 'executive' ? 'manual' : 'share');

export class Connecting {
  stage = $state<Stage>('address');
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
  readonly #desk: Desk;
  #audience = $state<Audience | null>(null);
  #role = $state<RepRole | null>(null);
  #mode = $state<ShareMode | null>(null);
  /** The stages that lead back. */
  #trail = $state.raw<readonly Stage[]>([]);
  /** What the last search was for. */
  #searched = '';

  constructor(desk: Desk) {
    this.#desk = desk;
    this.search = new Search(desk.host);
    this.browser = new BrowserSignIn(desk.host);
    this.test = new MailboxTest(desk.host);
    this.past = new PastDraft(desk.host);
  }

  /** Mail files are read, not a server. */
  readonly fromFiles = $derived(this.#trail.includes('files') || this.stage === 'files');

  /** The servers are typed by hand. */
  readonly isTyped = $derived(this.#trail.includes('manual') || this.stage === 'manual');

  readonly servers = $derived(this.isTyped ? this.#typed : this.#offered);

  readonly verdict = $derived.by((): Verdict | null => this.search.detected?.verdict ?? null);

  /** What can be chosen: behind a gateway, only what fits the service that the person named. */
  readonly offers = $derived.by((): readonly Offer[] => {
    const verdict = this.verdict;
    if (verdict?.kind === 'offers') return verdict.offers;
    if (verdict?.kind !== 'ask') return [];
    return verdict.offers.filter((offer) => hostingOf(offer) === this.hosting);
  });

  readonly way = $derived.by((): Way =>
    wayOf({ offer: this.#ofServers(), host: this.servers.receive.host, registered: this.#desk.policy.value?.providers ?? [] }),
  );

  /** Which step of how many this is on the person's way; `null` at its end. */
  readonly progress = $derived.by(() => {
    const steps = COUNTED.filter(([first]) => !this.fromFiles || first !== 'sign_in');
    const step = steps.findIndex((stages) => stages.includes(this.stage)) + 1;
    return step > 0 ? { step, of: steps.length } : null;
  });

  readonly canGoBack = $derived(this.#trail.length > 0);

  /** The mode that the company has set for every account. */
  readonly lockedMode = $derived.by(() => this.#desk.policy.value?.share_mode ?? null);

  get audience(): Audience {
    return this.#audience ?? (this.looksShared ? 'team' : 'mine');
  }
  set audience(chosen: Audience) {
    this.#audience = chosen;
  }

  get role(): RepRole {
    return this.#role ?? (this.audience === 'team' ? 'shared_address' : 'rep');
  }
  set role(chosen: RepRole) {
    [this.#role, this.#mode] = [chosen, null];
  }

  get mode(): ShareMode {
    return this.lockedMode ?? this.#mode ?? recommended(this.role);
  }
  set mode(chosen: ShareMode) {
    this.#mode = chosen;
  }

  /** `info@`, `sales@`: the program says so once it was asked, the window guesses the same before. */
  readonly looksShared = $derived.by(() => SHARED.test(narrow(this.address)) || (this.search.detected?.looks_shared ?? false));

  go(stage: Stage, focus: Field | null = null): void {
    if (this.stage !== 'finding') this.#trail = [...this.#trail, this.stage];
    this.#show(stage, focus);
  }

  /** To the stage before; what is under way ends. */
  back = (): void => {
    this.#rest();
    const before = this.#trail.at(-1);
    if (!before) return;
    this.#trail = this.#trail.slice(0, -1);
    this.#show(before, null);
  };

  /** Back to a stage that was passed, or on to one that was not. */
  to(stage: Stage, focus: Field | null = null): void {
    this.#rest();
    const at = this.#trail.indexOf(stage);
    if (at < 0) return this.go(stage, focus);
    this.#trail = this.#trail.slice(0, at);
    this.#show(stage, focus);
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
    if (this.stage === 'choose') this.#show('finding', null);
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
    this.search.know({ address, normalised: false, looks_shared: this.looksShared, verdict: { kind: 'offers', offers: [offer] } });
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
    const purpose = this.servers.protocol;
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
    if (this.#needsSendingPassword() && this.#miss('sending_password', this.sendingPassword !== '')) {
      return void (this.focus = 'sending_password');
    }
    if (this.stage !== 'test') this.go('test');
    void this.test.start(this.args());
  };

  /** Connects without sending: that can be set up later. */
  withoutSending = (): void => {
    this.servers.sending = 'off';
  };

  /** The mailbox works: on to who reads it, and meanwhile to how much is in it. */
  proceed = (): void => {
    if (this.past.course === 'idle' || this.past.course === 'failed') void this.past.survey(this.args());
    this.go('share');
  };

  /** Connects what was tested. */
  connect = async (): Promise<boolean> => {
    [this.busy, this.reason] = [true, null];
    try {
      this.account = await this.#desk.host.call('accounts.add', this.args());
      this.#forgetSecrets();
      [this.#trail, this.stage] = [[], 'done'];
      return true;
    } catch (reason) {
      this.reason = reason;
      return false;
    } finally {
      this.busy = false;
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
    const since = this.past.since();
    const general = {
      address: this.address,
      role: this.role,
      share_mode: this.mode,
      ...(since === null ? {} : { import_since: since }),
    };
    if (this.fromFiles) return { ...general, path: this.path };
    const folders = this.past.folders();
    return { ...general, ...this.#server(), ...this.#secret(), ...(folders ? { folders } : {}) };
  }

  /** The company's own settings are left to the program. */
  #server(): Partial<NewAccountArgs> {
    const { servers } = this;
    if (this.isLocked) return { protocol: servers.protocol, ...(servers.sending === 'off' ? { sending: { kind: 'off' } } : {}) };
    const user = servers.user.trim();
    return { protocol: servers.protocol, endpoint: servers.receive.value(), ...(user ? { user } : {}), sending: servers.sendingValue() };
  }

  #secret(): Partial<NewAccountArgs> {
    const own = this.#needsSendingPassword() ? { sending_password: this.sendingPassword } : {};
    const ticket = this.browser.done?.ticket;
    const delegate = this.delegated ? this.browser.done?.address : null;
    const signedIn = { ...(ticket === undefined ? {} : { ticket }), ...(delegate ? { delegate } : {}) };
    if (this.way.kind === 'browser') return { ...signedIn, ...own };
    return { password: this.password, ...own };
  }

  #needsPassword(): boolean {
    return !this.fromFiles && this.way.kind === 'password';
  }

  #needsSendingPassword(): boolean {
    return !this.fromFiles && this.servers.sending === 'smtp' && this.servers.auth === 'own';
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
    return this.servers.receive.host === this.offer?.receive?.host ? this.offer : null;
  }

  /** Notes whether a field breaks its rule; says so. */
  #miss(field: Field, isRight: boolean): boolean {
    const others = [...this.flaws].filter((flaw) => flaw !== field);
    this.flaws = new Set(isRight ? others : [...others, field]);
    return !isRight;
  }

  #show(stage: Stage, focus: Field | null): void {
    [this.stage, this.focus, this.reason] = [stage, focus, null];
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
