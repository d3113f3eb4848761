/** The servers of a mailbox as a person fills them in. It survives going back and forth. */
import type { AccountView, Endpoint, Offer, Protocol, Security, Sending, SmtpAuth, Trust } from '../../gen/api';
import { narrow } from './text';

/** The usual ports (RFC 8314 §3, RFC 9051 §2.1, RFC 1939 §3, RFC 6409 §3.1). */
const PORTS: Record<Protocol | 'smtp', Record<Security, string>> = {
  imap: { tls: '993', start_tls: '143', clear: '143' },
  pop3: { tls: '995', start_tls: '110', clear: '110' },
  smtp: { tls: '465', start_tls: '587', clear: '25' },
};

/** One server. */
export class EndpointDraft {
  security = $state<Security>('tls');
  #host = $state('');
  /** What the person wrote; `null` while the usual port stands. */
  #port = $state<string | null>(null);
  /** An exception that was agreed to, for this host alone. */
  #trust = $state.raw<Trust | null>(null);
  readonly #kind: () => Protocol | 'smtp';

  constructor(kind: () => Protocol | 'smtp') {
    this.#kind = kind;
  }

  get host(): string {
    return this.#host;
  }
  set host(written: string) {
    [this.#host, this.#trust] = [written, null];
  }

  get port(): string {
    return this.#port ?? PORTS[this.#kind()][this.security];
  }
  set port(written: string) {
    this.#port = written;
  }

  get trust(): Trust | null {
    return this.#trust;
  }

  fill(endpoint: Endpoint | null): void {
    this.security = endpoint?.security ?? 'tls';
    [this.#host, this.#port, this.#trust] = [endpoint?.host ?? '', endpoint ? String(endpoint.port) : null, endpoint?.trust ?? null];
  }

  /** Agrees to an exception for this server. Another name that an authority vouches for is simply the host to ask for. */
  agree(trust: Trust): void {
    this.#trust = trust;
  }

  /** Puts right what an input method made of it; says whether anything was. */
  correct(): boolean {
    const before = [this.#host.trim(), this.port.trim()];
    const after = [narrow(this.#host), narrow(this.port)];
    if (after[0] !== this.#host) this.host = after[0] ?? '';
    if (after[1] !== this.port) this.port = after[1] ?? '';
    return before.some((text, index) => text !== after[index]);
  }

  /** The field that breaks its rule. */
  flaw(): 'host' | 'port' | null {
    if (!/^[\p{L}\p{N}._:[\]-]+$/u.test(this.host)) return 'host';
    const port = Number(this.port);
    return /^\d{1,5}$/.test(this.port) && port >= 1 && port <= 65_535 ? null : 'port';
  }

  value(): Endpoint {
    const { host, security } = this;
    return { host, port: Number(this.port), security, ...(this.#trust ? { trust: this.#trust } : {}) };
  }
}

/**
 * Whether a host is one of a private network, by its address (RFC 1918, RFC 4193, RFC 3927) or name. The program decides
 * by the same rule (`Endpoint::is_private`).
 */
export function isPrivate(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  if (/^(10|127)\.|^192\.168\.|^169\.254\.|^172\.(1[6-9]|2\d|3[01])\./.test(name) && /^[\d.]+$/.test(name)) return true;
  if (name.includes(':')) return name === '::1' || /^(f[cd]|fe[89ab])/.test(name);
  return !name.includes('.') || /\.(local|lan|internal|home\.arpa)$/.test(name);
}

export type ServerField = 'host' | 'port' | 'user' | 'send_host' | 'send_port' | 'send_user';

export class ServerDraft {
  protocol = $state<Protocol>('imap');
  /** False where mail is only sent. */
  receives = $state(true);
  user = $state('');
  sending = $state<Sending['kind']>('smtp');
  auth = $state<SmtpAuth['with']>('mailbox');
  sendUser = $state('');
  /** The person has agreed to go without TLS, knowing what that means. */
  clearAgreed = $state(false);
  /** Fields that break their rule, as of the last look. */
  flaws = $state.raw<ReadonlySet<ServerField>>(new Set());
  readonly receive = new EndpointDraft(() => this.protocol);
  readonly send = new EndpointDraft(() => 'smtp');

  /** Whether a password or a mail would go over the network for everybody to read. */
  get isClear(): boolean {
    return this.clearHosts.length > 0;
  }

  /** The hosts that are spoken to without TLS. */
  get clearHosts(): string[] {
    const servers = [...(this.receives ? [this.receive] : []), ...(this.sending === 'smtp' ? [this.send] : [])];
    return servers.filter(({ security }) => security === 'clear').map(({ host }) => host);
  }

  /** Takes over what was found. */
  fill(offer: Offer): void {
    this.protocol = offer.protocol;
    this.receives = offer.receive !== null;
    this.user = offer.user;
    this.receive.fill(offer.receive);
    this.send.fill(offer.send);
    this.sending = offer.send ? 'smtp' : 'off';
    [this.auth, this.sendUser] = offer.send_user && offer.send_user !== offer.user ? ['own', offer.send_user] : ['mailbox', ''];
    [this.clearAgreed, this.flaws] = [false, new Set()];
  }

  /** Takes over what another draft has. */
  copy(other: ServerDraft): void {
    [this.protocol, this.receives, this.user, this.sending] = [other.protocol, other.receives, other.user, other.sending];
    [this.auth, this.sendUser, this.clearAgreed] = [other.auth, other.sendUser, other.clearAgreed];
    this.receive.fill(other.receive.value());
    this.send.fill(other.send.host ? other.send.value() : null);
  }

  /** Takes over what an account has. */
  take({ source, sending }: Pick<AccountView, 'source' | 'sending'>): void {
    if (source.kind === 'imap' || source.kind === 'pop3') {
      [this.protocol, this.user] = [source.kind, source.user];
      this.receive.fill(source.endpoint);
    }
    [this.receives, this.sending] = [source.kind !== 'nothing', sending.kind];
    if (sending.kind !== 'smtp') return;
    this.send.fill(sending.endpoint);
    this.auth = sending.auth.with;
    if (sending.auth.with === 'own') this.sendUser = sending.auth.user;
  }

  /** Looks at every field; gives back the first that breaks its rule. */
  check(): ServerField | null {
    [this.receive, this.send].forEach((server) => server.correct());
    const broken: (ServerField | null)[] = this.receives ? [this.receive.flaw()] : [];
    if (this.sending === 'smtp') {
      const flaw = this.send.flaw();
      broken.push(flaw && (`send_${flaw}` as const), this.auth === 'own' && this.sendUser.trim() === '' ? 'send_user' : null);
    }
    const flaws = broken.filter((field) => field !== null);
    this.flaws = new Set(flaws);
    return flaws[0] ?? null;
  }

  /** How it sends, as the program is told. */
  sendingValue(): Sending {
    if (this.sending !== 'smtp') return { kind: this.sending };
    const auth: SmtpAuth = this.auth === 'own' ? { with: 'own', user: this.sendUser.trim() } : { with: this.auth };
    return { kind: 'smtp', endpoint: this.send.value(), auth };
  }
}
