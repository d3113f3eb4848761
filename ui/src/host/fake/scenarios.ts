/** The mailboxes there are to connect: what is found about an address, how its sign-in goes, and what its servers say. */
import type { ApiError, CertificateInfo, Detected, Endpoint, Finding, FoundHere, Offer } from '../../gen/api';
import type { PolicyView, SettingsOrigin, Step, SurveyRow, Unsupported, Verdict } from '../../gen/api';
import { error } from './errors';
import { DAY } from './sample';

export interface Scenario {
  verdict: (address: string) => Verdict;
  /** What the sources say; the others have nothing. */
  findings: Partial<Record<SettingsOrigin, Finding>>;
  /** How a sign-in in the browser ends; it succeeds as the typed address where nothing is said. */
  browser?: { address?: string; missing?: string[]; fails?: ApiError; hangs?: true };
  /** What fails, until an exception for the server is agreed to, or another way is taken. */
  faults?: Partial<Record<Step, ApiError>>;
  folders?: SurveyRow[];
  policy?: Partial<PolicyView>;
  /** What other mail programs of this computer are set up for. */
  here?: FoundHere[];
  /** The server says nothing of how much is in a folder. */
  silent?: true;
}

const tls = (host: string, port: number): Endpoint => ({ host, port, security: 'tls' });

/** What an offer has besides where it comes from. */
function offer(address: string, change: Partial<Offer>): Offer {
  const domain = address.split('@')[1] ?? '';
  return {
    service: null,
    protocol: 'imap',
    receive: tls(`imap.${domain}`, 993),
    send: tls(`smtp.${domain}`, 465),
    user: address,
    send_user: null,
    sign_in: { kind: 'password' },
    app_password: null,
    origin: 'autoconfig',
    foreign: false,
    warning: null,
    locked: false,
    ...change,
  };
}

const offers =
  (...changes: Partial<Offer>[]) =>
  (address: string): Verdict => ({ kind: 'offers', offers: changes.map((change) => offer(address, change)) });

const found = (detail: string): Finding => ({ outcome: 'found', detail });

const GOOGLE: Partial<Offer> = {
  service: 'Google Workspace',
  receive: tls('imap.gmail.com', 993),
  send: tls('smtp.gmail.com', 465),
  sign_in: { kind: 'oauth', provider: 'google' },
  origin: 'mx',
};
const MICROSOFT: Partial<Offer> = {
  service: 'Microsoft 365',
  receive: tls('outlook.office365.com', 993),
  send: { host: 'smtp.office365.com', port: 587, security: 'start_tls' },
  sign_in: { kind: 'oauth', provider: 'microsoft' },
  origin: 'mx',
};
const APP_PASSWORD: Partial<Offer> = {
  ...GOOGLE,
  sign_in: { kind: 'password' },
  app_password: { guide: 'google', page: 'https://myaccount.google.com/apppasswords' },
  warning: 'no_client',
};
const ICLOUD: Partial<Offer> = {
  service: 'iCloud',
  receive: tls('imap.mail.me.com', 993),
  send: { host: 'smtp.mail.me.com', port: 587, security: 'start_tls' },
  app_password: { guide: 'icloud', page: 'https://account.apple.com/' },
  origin: 'known_domain',
};
const SAKURA: Partial<Offer> = {
  service: 'さくらのメールボックス',
  receive: tls('minato.sakura.ne.jp', 993),
  send: tls('minato.sakura.ne.jp', 465),
  origin: 'mx',
  warning: 'hoster_certificate',
};
const POP3: Partial<Offer> = { protocol: 'pop3', receive: { host: 'pop.example.co.jp', port: 995, security: 'tls' }, origin: 'srv' };
const FOREIGN: Partial<Offer> = {
  receive: tls('imap.hoster.example', 993),
  send: tls('smtp.hoster.example', 465),
  origin: 'ispdb',
  foreign: true,
};
const HERE: Partial<Offer> = { receive: tls('192.168.0.10', 993), send: tls('192.168.0.10', 465), origin: 'thunderbird' };
const CLEAR: Partial<Offer> = {
  receive: { host: 'mail.example.co.jp', port: 143, security: 'clear' },
  send: { host: 'mail.example.co.jp', port: 25, security: 'clear' },
  origin: 'guess',
  warning: 'clear_text',
};

export const certificate = (change: Partial<CertificateInfo> = {}): CertificateInfo => ({
  host: 'imap.example.co.jp',
  port: 993,
  subject: 'CN=*.sakura.ne.jp',
  issuer: 'CN=GlobalSign GCC R6 AlphaSSL CA 2025, O=GlobalSign nv-sa, C=BE',
  names: ['*.sakura.ne.jp', 'sakura.ne.jp'],
  not_before: Date.UTC(2026, 3, 1),
  not_after: Date.UTC(2027, 4, 3),
  sha256: '8f4ac0d1e25b77903c1bfa1166d0a2c45e9b3d7780f1264a9ce31d05b8aa4471',
  spki: '77'.repeat(32),
  usable_name: null,
  ...change,
});

const WRONG_NAME = error(
  'certificate_wrong_name',
  'compare_certificate',
  'imap.example.co.jp: *.sakura.ne.jp',
  certificate({ usable_name: 'minato.sakura.ne.jp' }),
);
const OWN = certificate({
  subject: 'CN=mail.example.co.jp',
  issuer: 'CN=Minato Root, O=Minato Shoji',
  names: ['mail.example.co.jp', 'imap.example.co.jp'],
});

const DISABLED = error('smtp_auth_disabled', 'send_by_graph', '535 5.7.139 SmtpClientAuthentication is disabled for the Tenant.');
const NOT_ALLOWED = error('send_as_denied', 'ask_it', '550 5.7.60 Client does not have permissions to send as this sender');

const mine: Scenario = { verdict: offers({}), findings: { autoconfig: found('imap.example.co.jp') } };
const google: Scenario = { verdict: offers(GOOGLE), findings: { mx: found('aspmx.l.google.com → Google Workspace') } };
const microsoft: Scenario = { verdict: offers(MICROSOFT), findings: { mx: found('example-co-jp.mail.protection.outlook.com'), tenant: found('Managed') } };
const failing = (step: Step, fault: ApiError, base: Scenario = mine): Scenario => ({ ...base, faults: { [step]: fault } });
const browsing = (browser: Scenario['browser'], base: Scenario = google): Scenario => ({ ...base, ...(browser ? { browser } : {}) });
const unsupported = (why: Unsupported): Scenario => ({ verdict: () => ({ kind: 'unsupported', why }), findings: {} });
const NOWHERE: Finding = { outcome: 'failed', detail: 'network is unreachable' };

const row = (name: string, role: SurveyRow['role'], messages: number): SurveyRow => ({
  name,
  role,
  survey: {
    messages,
    bytes: messages * 250_000,
    since: [2, 60, 240, 700, 2000].map((count) => Math.min(messages, count)),
    oldest: Date.now() - 1800 * DAY,
  },
});

/** An ordinary mailbox, as the server spells its names. */
export const FOLDERS: SurveyRow[] = [
  row('INBOX', 'inbox', 2418),
  row('INBOX/&U9ZfFVFI-', 'other', 812),
  row('INBOX/&U9ZfFVFI-/&MH8wajBoVUZOiw-', 'other', 96),
  row('INBOX/Projects', 'other', 341),
  row('Sent', 'sent', 1180),
  row('Drafts', 'drafts', 4),
  row('Junk', 'junk', 39),
  row('Trash', 'trash', 220),
];

function manyFolders(): SurveyRow[] {
  const customers = Array.from({ length: 496 }, (_, i) => row(`INBOX/&U9ZfFVFI-/${String(i + 1).padStart(3, '0')} &UxeWeIj9T1xiQA-`, 'other', (i * 37) % 400));
  return [row('INBOX', 'inbox', 48_211), row('INBOX/&U9ZfFVFI-', 'other', 12), row('Sent', 'sent', 20_113), row('Trash', 'trash', 911), ...customers];
}

/** By the name in the page's address: `?state=google`. */
export const SCENARIOS: Record<string, Scenario> = {
  self_hosted: {
    verdict: offers({}, { ...POP3, origin: 'autoconfig' }),
    findings: { autoconfig: found('imap.example.co.jp'), srv: { outcome: 'stopped' }, guess: { outcome: 'stopped' } },
  },
  google,
  microsoft,
  google_without_client: { verdict: offers(APP_PASSWORD), findings: google.findings },
  microsoft_without_client: { verdict: offers({ ...MICROSOFT, warning: 'no_client' }), findings: microsoft.findings },
  gateway: {
    verdict: (address) => ({ kind: 'ask', gateway: 'Mimecast', likely: 'microsoft', offers: [offer(address, MICROSOFT), offer(address, GOOGLE)] }),
    findings: { mx: found('jp-smtp-inbound-1.mimecast.com → Mimecast'), tenant: found('Managed') },
  },
  app_password: {
    verdict: offers(ICLOUD),
    findings: { known_domain: found('iCloud') },
  },
  sakura: { verdict: offers(SAKURA), findings: { mx: found('minato.sakura.ne.jp') } },
  pop3: { verdict: offers(POP3), findings: { srv: found('_pop3s._tcp → pop.example.co.jp') }, silent: true },
  foreign: { verdict: offers(FOREIGN), findings: { ispdb: found('hoster.example') } },
  preset: {
    verdict: offers({ origin: 'policy', locked: true }),
    findings: { policy: found('imap.example.co.jp') },
    policy: { share_mode: 'manual', forbids_certificate_exceptions: true },
  },
  certificate_name: failing('certificate', WRONG_NAME),
  certificate_issuer: failing('certificate', error('certificate_unknown_issuer', 'compare_certificate', 'CN=Minato Root', OWN)),
  certificate_changed: failing('certificate', error('certificate_key_changed', 'ask_it', 'SPKI 7777…', OWN)),
  clear_text: { verdict: offers(CLEAR), findings: { guess: found('mail.example.co.jp:143') } },
  clear_text_forbidden: {
    verdict: offers(CLEAR),
    findings: { guess: found('mail.example.co.jp:143') },
    policy: { forbids_clear_text: true },
  },
  no_network: {
    verdict: () => ({ kind: 'offline' }),
    findings: { mx: NOWHERE, tenant: NOWHERE, autoconfig: NOWHERE, ispdb: NOWHERE, srv: NOWHERE, guess: NOWHERE },
  },
  nothing_found: { verdict: () => ({ kind: 'manual', guess: null }), findings: { mx: found('mail.example.co.jp') } },
  approval: browsing({ fails: error('approval_needed', 'ask_it', 'AADSTS65001 · correlation 0f3a…') }, microsoft),
  wrong_account: browsing({ address: 'k.mori@example.co.jp' }),
  permission: browsing({ missing: ['https://outlook.office.com/SMTP.Send'] }, microsoft),
  timed_out: browsing({ fails: error('sign_in_timed_out', 'sign_in_at_provider', '300 s') }),
  denied: browsing({ fails: error('sign_in_denied', 'sign_in_at_provider', 'access_denied') }),
  waiting: browsing({ hangs: true }),
  smtp_disabled: failing('send_sign_in', DISABLED, microsoft),
  sending_failed: failing('send_as', NOT_ALLOWED),
  many_folders: { ...mine, folders: manyFolders() },
  unsupported_government: unsupported('microsoft_government'),
  unsupported_proton: unsupported('proton_without_bridge'),
  unsupported_forwarder: unsupported('forwarder_only'),
  thunderbird: { ...mine, here: [{ address: 'mori@example.co.jp', offer: offer('mori@example.co.jp', HERE) }] },
  company: {
    ...mine,
    policy: {
      share_mode: 'share',
      max_level: 'subject',
      min_grace_seconds: 120,
      attachments: { kind: 'up_to', size: 5_000_000, types: [] },
      export_allowed: false,
    },
  },
  searching: { verdict: offers({}), findings: {}, policy: { grace_seconds: 30 } },
};

export function detected(scenario: Scenario, typed: string): Detected {
  const address = typed.normalize('NFKC').replace(/\s/g, '').toLowerCase();
  const looks_shared = /^(info|sales|support)@/.test(address);
  return { address, normalised: address !== typed, looks_shared, verdict: scenario.verdict(address) };
}
