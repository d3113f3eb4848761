/** Which folders are captured, and how far back: with what that means in mails, bytes and minutes. */
import type { FolderRole, NewAccountArgs, SurveyRow } from '../../gen/api';
import type { Host } from '../../host';

export type Range = 'today' | '7' | '30' | '90' | '365' | 'all' | 'date';
export const RANGES: readonly Range[] = ['today', '7', '30', '90', '365', 'all', 'date'];

/** The ranges that the server is asked about; the count of all mail comes with every answer. */
const COUNTED: readonly Range[] = ['today', '7', '30', '90', '365'];
/** Folders that are never captured. */
const NEVER: readonly FolderRole[] = ['drafts', 'junk', 'trash'];
const USUAL: readonly FolderRole[] = ['inbox', 'sent'];
/** Roughly what a mailbox gives in a minute, by size and by number: many servers give no more. */
const BYTES_A_MINUTE = 52_000_000;
const MAILS_A_MINUTE = 1_200;

export interface Estimate {
  mails: number;
  /** `null` where the server doesn't tell. */
  bytes: number | null;
  minutes: number;
}

export const canCapture = ({ role }: { role: FolderRole }): boolean => !NEVER.includes(role);
const isUsual = ({ role }: { role: FolderRole }): boolean => USUAL.includes(role);

export class PastDraft {
  course = $state<'idle' | 'running' | 'done' | 'failed'>('idle');
  rows = $state.raw<readonly SurveyRow[]>([]);
  range = $state<Range>('30');
  /** `YYYY-MM-DD`. */
  day = $state('');
  /** The server's names of the chosen folders; `null` while the usual ones stand. */
  #chosen = $state.raw<ReadonlySet<string> | null>(null);
  /** The times that the counts in `rows` begin at. */
  #since = $state.raw<readonly number[]>([]);
  #asked = 0;
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** The chosen folders. */
  readonly chosen = $derived<ReadonlySet<string>>(this.#chosen ?? new Set(this.rows.filter(isUsual).map(({ name }) => name)));

  /** When the oldest mail in the chosen folders came; `null` where no server told. */
  readonly oldest = $derived.by(() => {
    const times = this.#picked().flatMap(({ survey }) => (survey?.oldest ? [survey.oldest] : []));
    return times.length > 0 ? Math.min(...times) : null;
  });

  /** How much would be taken in; `null` where that isn't known. */
  readonly estimate = $derived.by((): Estimate | null => {
    const since = this.#since.indexOf(this.since() ?? -1);
    let [mails, bytes]: [number, number | null] = [0, 0];
    for (const { survey } of this.#picked()) {
      const number = this.range === 'all' ? survey?.messages : survey?.since[since];
      if (!survey || number === undefined) return null;
      mails += number;
      bytes = bytes === null || survey.bytes === null ? null : bytes + (survey.bytes * number) / Math.max(survey.messages, 1);
    }
    const minutes = Math.ceil(Math.max(mails / MAILS_A_MINUTE, (bytes ?? 0) / BYTES_A_MINUTE));
    return { mails, bytes, minutes };
  });

  /** Asks the server how much there is. Where it can't say the folders are chosen all the same. */
  async survey(account: NewAccountArgs, now = Date.now()): Promise<void> {
    const asked = ++this.#asked;
    const times = COUNTED.map((range) => beginning(range, '', now) ?? 0);
    const day = this.range === 'date' ? this.since(now) : null;
    if (day !== null) times.push(day);
    this.course = 'running';
    try {
      const rows = await this.#host.call('accounts.survey', { account, since: times });
      if (asked === this.#asked) [this.rows, this.#since, this.course] = [rows, times, 'done'];
    } catch {
      if (asked === this.#asked) this.course = 'failed';
    }
  }

  /** Shows folders that are known already, of which some are captured. */
  show(rows: readonly SurveyRow[], chosen: readonly string[]): void {
    [this.rows, this.#chosen, this.course] = [rows, new Set(chosen), 'done'];
  }

  toggle = (name: string): void => {
    const chosen = new Set(this.chosen);
    if (!chosen.delete(name)) chosen.add(name);
    this.#chosen = chosen;
  };

  /** Forgets the folders of another mailbox. */
  reset(): void {
    this.#asked++;
    [this.course, this.rows, this.#chosen] = ['idle', [], null];
  }

  /** From when on mail is taken in; `null` for all of it. */
  since(now = Date.now()): number | null {
    return beginning(this.range, this.day, now);
  }

  /** The chosen folders where they are not the usual ones. */
  folders(): string[] | null {
    if (!this.#chosen) return null;
    const usual = this.rows.filter(isUsual).map(({ name }) => name);
    const same = usual.length === this.#chosen.size && usual.every((name) => this.#chosen?.has(name));
    return same ? null : [...this.#chosen];
  }

  #picked(): SurveyRow[] {
    return this.rows.filter(({ name }) => this.chosen.has(name));
  }
}

/** The start of the day at which a range begins; `null` for all mail, and for a date that is none. */
export function beginning(range: Range, day: string, now: number): number | null {
  if (range === 'all') return null;
  if (range === 'date') {
    const time = new Date(`${day}T00:00:00`).getTime();
    return Number.isNaN(time) ? null : time;
  }
  const start = new Date(now);
  start.setHours(0, 0, 0, 0);
  if (range !== 'today') start.setDate(start.getDate() - Number(range));
  return start.getTime();
}
