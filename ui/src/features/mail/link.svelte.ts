/** Whom a mail belongs to in the CRM, as the rep sees it: chosen from the candidates, or found in the local index. */
import type { Address, Candidate, FoundContact, NewContact, Reason, RecordRef } from '../../gen/api';
import type { Host } from '../../host';
import { fold } from './redaction';
import type { Linked } from './wish';

/** A record that can be chosen. */
export interface Option extends Linked {
  /** The company's name, where it is known. */
  company: string | null;
  addresses: readonly Address[];
  /** Why it is here: what the program found in the mail, or what of it the typed words met. */
  fits: Reason | 'address' | 'name' | 'company' | 'reading';
}

/** What the choice is about. */
export interface Ground {
  connection: number;
  /** Everybody of the other side, who wrote first. */
  addresses: readonly Address[];
  candidates: readonly Candidate[];
  /** What the rep chose before for this mail. */
  links: readonly Linked[] | undefined;
}

export const isSame = (one: RecordRef, other: RecordRef): boolean => one.type === other.type && one.id === other.id;

export class LinkModel {
  readonly ground: Ground;
  /** The address belongs to whom is chosen from now on; else only this mail does. */
  always = $state(false);
  chosen = $state.raw<readonly Linked[]>([]);
  /** Which option the keys are on. */
  active = $state(0);
  text = $state('');
  searching = $state(false);
  /** The words that the CRM itself was asked for last. */
  crmAsked = $state<string | null>(null);
  working = $state(false);
  failure = $state.raw<{ reason: unknown } | null>(null);
  /** Candidates that only the rep's own word made. */
  own = $state.raw<readonly Candidate[]>([]);
  #found = $state.raw<readonly FoundContact[]>([]);
  #made = $state.raw<readonly FoundContact[]>([]);
  /** What the index has of the address itself: it knows the companies of the candidates. */
  #known = $state.raw<readonly FoundContact[]>([]);
  readonly #host: Host;
  #address = $state<Address>('');
  #asked = 0;

  /** The candidates, or what was found; what is a candidate comes first. */
  readonly options = $derived.by((): readonly Option[] => {
    const { candidates } = this.ground;
    const made = this.#made.map((contact) => hit(contact, ''));
    if (this.text.trim() === '') return [...made, ...candidates.map((candidate) => proposal(candidate, this.#known))];
    const found = this.#found.map((contact) => hit(contact, this.text));
    const isProposed = ({ record }: Option): boolean => candidates.some((candidate) => isSame(candidate.record, record));
    return [...found.filter(isProposed), ...found.filter((option) => !isProposed(option))];
  });
  /** Words were typed, and nobody was found. */
  readonly isEmpty = $derived(this.text.trim() !== '' && !this.searching && !this.failure && this.options.length === 0);

  constructor(host: Host, ground: Ground) {
    this.#host = host;
    this.ground = ground;
    this.#address = ground.addresses[0] ?? '';
    this.chosen = ground.links ?? ground.candidates.map(({ record, name }) => ({ record, name }));
    void this.#findOwn();
  }

  /** Which of the addresses the rep means. */
  get address(): Address {
    return this.#address;
  }
  set address(address: Address) {
    this.#address = address;
    void this.#findOwn();
  }

  /** Searches the local index. An answer that was overtaken is not shown. */
  async search(text: string): Promise<void> {
    this.text = text;
    this.active = 0;
    this.failure = null;
    this.crmAsked = null;
    const asked = ++this.#asked;
    this.searching = text.trim() !== '';
    if (!this.searching) return;
    try {
      const found = await this.#host.call('contacts.search', { connection: this.ground.connection, text });
      if (asked === this.#asked) this.#found = found;
    } catch (reason) {
      if (asked === this.#asked) this.failure = { reason };
    }
    if (asked === this.#asked) this.searching = false;
  }

  /** Asks the CRM itself for what was typed; what it has stands below what is known here. */
  async searchCrm(): Promise<void> {
    const asked = this.#asked;
    const { text } = this;
    await this.#work(async () => {
      const found = await this.#host.call('contacts.search_crm', { connection: this.ground.connection, text: text.trim() });
      if (asked !== this.#asked) return;
      const isKnown = (one: FoundContact): boolean => this.#found.some((other) => isSame(one.record, other.record));
      this.#found = [...this.#found, ...found.filter((one) => !isKnown(one))];
      this.crmAsked = text;
    });
  }

  move(step: 1 | -1): void {
    const { length } = this.options;
    if (length > 0) this.active = (this.active + step + length) % length;
  }

  isChosen(record: RecordRef): boolean {
    return this.chosen.some((other) => isSame(other.record, record));
  }

  toggle({ record, name }: Linked): void {
    this.chosen = this.isChosen(record) ? this.chosen.filter((other) => !isSame(other.record, record)) : [...this.chosen, { record, name }];
  }

  /** Tells the program what holds from now on, where the rep wants that; gives back the records this mail goes to. */
  async confirm(): Promise<readonly Linked[] | null> {
    const { address } = this;
    const { connection } = this.ground;
    if (this.chosen.length === 0 || this.working) return null;
    const known = (record: RecordRef): boolean => this.#fitting(address).some((candidate) => isSame(candidate.record, record));
    const link = ({ record }: Linked) => () => this.#host.call('contacts.link', { connection, address, record });
    const links = this.always ? this.chosen.filter(({ record }) => !known(record)).map(link) : [];
    const linked = await this.#work(async () => {
      for (const tell of links) await tell();
    });
    return linked ? this.chosen : null;
  }

  /** Takes back what the rep said of the address. */
  async unlink(): Promise<boolean> {
    const { connection } = this.ground;
    return this.#work(async () => {
      await this.#host.call('contacts.unlink', { connection, address: this.address });
      this.chosen = this.chosen.filter(({ record }) => !this.own.some((candidate) => isSame(candidate.record, record)));
      this.own = [];
    });
  }

  /** Makes a contact in the CRM, now, and chooses it. */
  async create(contact: NewContact): Promise<boolean> {
    return this.#work(async () => {
      const made = await this.#host.call('contacts.create', { connection: this.ground.connection, contact });
      this.#made = [{ ...made, company: contact.company || null }, ...this.#made];
      this.chosen = [{ record: made.record, name: made.name }];
      void this.search('');
    });
  }

  async #work(work: () => Promise<void>): Promise<boolean> {
    this.working = true;
    this.failure = null;
    try {
      await work();
      return true;
    } catch (reason) {
      this.failure = { reason };
      return false;
    } finally {
      this.working = false;
    }
  }

  /** The candidates that an address made. */
  #fitting(address: Address): readonly Candidate[] {
    return this.ground.candidates.filter(({ reasons }) => reasons.some((reason) => reason.address === address));
  }

  /** A candidate whose record doesn't have the address in the CRM has it by the rep's own word. */
  async #findOwn(): Promise<void> {
    const { address } = this;
    const fitting = this.#fitting(address);
    this.own = [];
    if (fitting.length === 0) return;
    const found = await this.#host.call('contacts.search', { connection: this.ground.connection, text: address }).catch(() => null);
    if (!found || address !== this.address) return;
    this.#known = [...found, ...this.#known];
    const has = ({ record }: Candidate): boolean => found.some((contact) => isSame(contact.record, record) && contact.emails.includes(address));
    this.own = fitting.filter((candidate) => !has(candidate));
  }
}

function proposal({ record, name, reasons }: Candidate, known: readonly FoundContact[]): Option {
  const addresses = [...new Set(reasons.map(({ address }) => address))];
  const company = known.find((contact) => isSame(contact.record, record))?.company ?? null;
  return { record, name, company, addresses, fits: reasons[0] ?? 'name' };
}

const hit = ({ record, name, emails, company }: FoundContact, text: string): Option => ({
  record,
  name,
  company,
  addresses: emails,
  fits: fitOf(text, name, emails, company ?? ''),
});

/** What of a record the typed words met. What is not written there was met by its reading. */
function fitOf(text: string, name: string, addresses: readonly Address[], company: string): Option['fits'] {
  const wanted = fold(text);
  const has = (value: string): boolean => fold(value).includes(wanted);
  if (addresses.some(has)) return 'address';
  if (has(name)) return 'name';
  return has(company) ? 'company' : 'reading';
}
