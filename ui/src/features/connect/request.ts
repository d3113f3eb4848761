/** The text with which a person asks the IT department for help. It has no password and nothing of any mail. */
import type { Endpoint, NewAccountArgs, Security, Step } from '../../gen/api';
import { m } from '../../paraglide/messages.js';
import { isApiError } from '../../words';
import type { Way } from './ways';
import { providerName, STEP_WORDS } from './words';

/** Never translated. */
export const SECURITY_NAMES: Record<Exclude<Security, 'clear'>, string> = { tls: 'SSL/TLS', start_tls: 'STARTTLS' };

export interface Trouble {
  /** What was tested, or would be. */
  args: NewAccountArgs;
  way: Way;
  /** The step it failed at. */
  step: Step | null;
  reason: unknown;
}

type Language = { locale: 'ja' | 'en' };

/** The request in both languages: the window's own first. */
export function requestText(trouble: Trouble, first: 'ja' | 'en'): string {
  const languages = first === 'ja' ? (['ja', 'en'] as const) : (['en', 'ja'] as const);
  return languages.map((locale) => inLanguage(trouble, locale)).join('\n\n────────\n\n');
}

function inLanguage({ args, way, step, reason }: Trouble, locale: 'ja' | 'en'): string {
  const language = { locale };
  const error = isApiError(reason) ? reason : null;
  const facts: [label: string, value: string | null | undefined][] = [
    [m.first_run_address({}, language), args.address],
    [m.connect_receive({}, language), server(args.endpoint, language)],
    [m.connect_send({}, language), args.sending?.kind === 'smtp' ? server(args.sending.endpoint, language) : null],
    [m.connect_ask_service({}, language), way.kind === 'password' ? null : providerName(way.provider)],
    [m.first_run_ask_step({}, language), step && STEP_WORDS[step]({}, language)],
    [m.first_run_ask_what({}, language), error?.message[locale]],
    [m.first_run_ask_code({}, language), error && [error.code, error.detail].filter(Boolean).join(' · ')],
  ];
  const lines = facts.filter(([, value]) => value).map(([label, value]) => `${label}: ${value}`);
  const wanted = [...wishes(args, way, language), m.connect_ask_no_vendor({}, language)].map((wish) => `・${wish}`);
  return [m.first_run_ask_opening({}, language), lines.join('\n'), m.connect_ask_enable({}, language), wanted.join('\n')].join('\n\n');
}

/** What has to be enabled. */
function wishes({ protocol, endpoint, sending }: NewAccountArgs, way: Way, language: Language): string[] {
  const port = endpoint?.port ?? (protocol === 'pop3' ? 995 : 993);
  const name = protocol === 'pop3' ? 'POP3' : 'IMAP';
  const wanted = [m.connect_ask_receive({ protocol: name, port }, language)];
  if (sending?.kind === 'smtp') wanted.push(m.connect_ask_send({ port: sending.endpoint.port }, language));
  if (way.kind === 'ask_it') wanted.push(m.connect_ask_client({ service: providerName(way.provider) }, language));
  if (way.kind === 'browser') wanted.push(m.connect_ask_approve({ service: providerName(way.provider) }, language));
  return wanted;
}

function server(endpoint: Endpoint | undefined, language: Language): string | null {
  if (!endpoint) return null;
  const security = endpoint.security === 'clear' ? m.connect_clear({}, language) : SECURITY_NAMES[endpoint.security];
  return `${endpoint.host}:${endpoint.port} (${security})`;
}
