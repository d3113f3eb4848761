/** Looks for people or companies in the index on this computer while a name is being typed. */
import type { FoundContact } from '../../gen/api';
import type { Desk } from '../../desk.svelte';
import type { Named } from './draft.svelte';

const PAUSE = 200;
/** More are not looked through: a longer word finds fewer. */
const MOST = 8;

export interface Hit extends Named {
  /** What tells it from others of the same name. */
  text: string;
}

export class RecordSearch {
  hits = $state.raw<readonly Hit[]>([]);
  /** Something was asked and has been answered. */
  answered = $state(false);
  reason = $state.raw<unknown>(null);
  readonly #desk: Desk;
  readonly #of: 'contact' | 'company';
  #asked = 0;
  #waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(desk: Desk, of: 'contact' | 'company') {
    [this.#desk, this.#of] = [desk, of];
  }

  /** Looks for it once typing pauses. */
  type(text: string): void {
    clearTimeout(this.#waiting);
    this.#asked += 1;
    [this.answered, this.reason] = [false, null];
    if (text.trim() === '') this.hits = [];
    else this.#waiting = setTimeout(() => void this.look(text.trim()), PAUSE);
  }

  async look(text: string): Promise<void> {
    const connection = this.#desk.connection?.id;
    if (connection === undefined) return;
    const question = ++this.#asked;
    try {
      const found = await this.#desk.host.call('contacts.search', { connection, text });
      if (question === this.#asked) [this.hits, this.answered] = [this.#hits(found).slice(0, MOST), true];
    } catch (reason) {
      if (question === this.#asked) [this.hits, this.reason] = [[], reason];
    }
  }

  #hits(found: readonly FoundContact[]): Hit[] {
    if (this.#of === 'contact') {
      const people = found.filter(({ record }) => record.type !== 'company');
      return people.map(({ record, name, company, emails }) => ({ record, name, text: [company, emails[0]].filter(Boolean).join(' · ') }));
    }
    return [...new Map(found.flatMap(companyOf).map((hit) => [hit.record.id, hit])).values()];
  }
}

/** A company, or that of a person who was found. */
function companyOf({ record, name, parent, company, emails }: FoundContact): Hit[] {
  if (record.type === 'company') return [{ record, name, text: emails[0] ?? '' }];
  return parent ? [{ record: parent, name: company ?? parent.id, text: '' }] : [];
}
