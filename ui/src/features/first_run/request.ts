/** The text with which a person asks the IT department for help. It has no password and nothing of any mail. */
import type { NewAccountArgs, Security, Step } from '../../gen/api';
import { m } from '../../paraglide/messages.js';
import { isApiError } from '../../words';
import { STEP_WORDS } from './words';

export const SECURITY_NAMES: Record<Security, string> = { tls: 'SSL/TLS', start_tls: 'STARTTLS' };

interface Failed {
  /** What was tested. */
  args: NewAccountArgs;
  /** The step it failed at. */
  step: Step | null;
  reason: unknown;
}

/** The request in both languages: the window's own first. */
export function requestText(failed: Failed, first: 'ja' | 'en'): string {
  const languages = first === 'ja' ? (['ja', 'en'] as const) : (['en', 'ja'] as const);
  return languages.map((locale) => inLanguage(failed, locale)).join('\n\n────────\n\n');
}

function inLanguage({ args, step, reason }: Failed, locale: 'ja' | 'en'): string {
  const { endpoint, address } = args;
  const language = { locale };
  const error = isApiError(reason) ? reason : null;
  const facts: [label: string, value: string | null | undefined][] = [
    [m.first_run_host({}, language), endpoint?.host ?? address.split('@')[1]],
    [m.first_run_port({}, language), endpoint && String(endpoint.port)],
    [m.first_run_security({}, language), endpoint && SECURITY_NAMES[endpoint.security]],
    [m.first_run_ask_step({}, language), step && STEP_WORDS[step]({}, language)],
    [m.first_run_ask_what({}, language), error?.message[locale]],
    [m.first_run_ask_code({}, language), error && [error.code, error.detail].filter(Boolean).join(' · ')],
  ];
  const lines = facts.filter(([, value]) => value).map(([label, value]) => `${label}: ${value}`);
  return [m.first_run_ask_opening({}, language), lines.join('\n'), m.first_run_ask_closing({}, language)].join('\n\n');
}
