/** What the person fills in to connect a mailbox. It survives going back and forth. */
import type { NewAccountArgs, PolicyView, Security } from '../../gen/api';

export type Kind = 'imap' | 'files';
export type Field = 'address' | 'password' | 'host' | 'port' | 'user' | 'path';
export type Since = 'today' | '7' | '30' | '90' | '365' | 'all';

export const SINCE: readonly Since[] = ['today', '7', '30', '90', '365', 'all'];

/** The usual ports (RFC 9051 §2.1, RFC 8314 §3.2). */
const PORTS: Record<Security, string> = { tls: '993', start_tls: '143' };

/** Fields that are written in ASCII whatever the input method made of them. */
const ASCII: readonly Field[] = ['address', 'host', 'port'];

export class AccountDraft {
  kind = $state<Kind>('imap');
  address = $state('');
  password = $state('');
  security = $state<Security>('tls');
  user = $state('');
  path = $state('');
  since = $state<Since>('30');
  /** What the person wrote; `null` while the guess stands. */
  #host = $state<string | null>(null);
  #port = $state<string | null>(null);
  /** Fields that break their rule, as of the last look. */
  flaws = $state<ReadonlySet<Field>>(new Set());
  /** Fields whose full-width characters or blanks were put right. */
  corrected = $state<ReadonlySet<Field>>(new Set());
  readonly #policy: () => PolicyView | null;

  constructor(policy: () => PolicyView | null) {
    this.#policy = policy;
  }

  readonly #domain = $derived(this.address.split('@')[1]?.toLowerCase() ?? '');

  /** The company has set the servers of this domain: nothing is asked about them. */
  readonly preset = $derived.by(() => this.#policy()?.preset_domains.includes(this.#domain) ?? false);

  get host(): string {
    return this.#host ?? (this.#domain ? `imap.${this.#domain}` : '');
  }
  set host(written: string) {
    this.#host = written;
  }

  get port(): string {
    return this.#port ?? PORTS[this.security];
  }
  set port(written: string) {
    this.#port = written;
  }

  /** The person has left a field: puts it right where that is safe, and looks again at what was wrong with it. */
  leave = (field: Field): void => {
    if (ASCII.includes(field)) this.#correct(field);
    if (this.flaws.has(field) && !this.#breaks(field)) {
      this.flaws = new Set([...this.flaws].filter((flawed) => flawed !== field));
    }
  };

  /** Looks at every field; gives back the first that breaks its rule. */
  check(): Field | null {
    ASCII.forEach((field) => this.#correct(field));
    const flaws = this.#asked().filter((field) => this.#breaks(field));
    this.flaws = new Set(flaws);
    return flaws[0] ?? null;
  }

  /** The mailbox as the program is asked to test or to connect it. */
  args(now = Date.now()): NewAccountArgs {
    const since = importSince(this.since, now);
    const general = { address: this.address.trim(), ...(since === null ? {} : { import_since: since }) };
    if (this.kind === 'files') return { ...general, path: this.path };
    const user = this.user.trim();
    const server = { password: this.password, ...(user ? { user } : {}) };
    if (this.preset) return { ...general, ...server };
    return { ...general, ...server, endpoint: { host: this.host, port: Number(this.port), security: this.security } };
  }

  #correct(field: Field): void {
    const [before, after] = [this[field], narrow(this[field])];
    if (before === after) return;
    this[field] = after;
    if (before.trim() !== after) this.corrected = new Set([...this.corrected, field]);
  }

  #asked(): Field[] {
    if (this.kind === 'files') return ['address', 'path'];
    return this.preset ? ['address', 'password'] : ['address', 'password', 'host', 'port'];
  }

  #breaks(field: Field): boolean {
    const value = this[field];
    if (field === 'address') return !/^[^\s@]+@[^\s@]+$/.test(value);
    // The guess stands and falls with the address: one wrong field is enough to say.
    if (field === 'host' && this.#host === null) return false;
    if (field === 'host') return !/^[\p{L}\p{N}._:-]+$/u.test(value);
    if (field === 'port') return !/^\d{1,5}$/.test(value) || Number(value) < 1 || Number(value) > 65_535;
    return value === '' && field !== 'user';
  }
}

/**
 * Full-width letters, digits and marks as ASCII (Unicode NFKC), without blanks and characters that nobody sees. The
 * Japanese full stop is a dot, as in names of hosts (RFC 3490 §3.1).
 */
export function narrow(text: string): string {
  return text.normalize('NFKC').replaceAll('。', '.').replace(/[\s\p{Cf}]/gu, '');
}

/** From when on mail is taken in: the start of a day; `null` for all of it. */
export function importSince(since: Since, now: number): number | null {
  if (since === 'all') return null;
  const day = new Date(now);
  day.setHours(0, 0, 0, 0);
  if (since !== 'today') day.setDate(day.getDate() - Number(since));
  return day.getTime();
}
