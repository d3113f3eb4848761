/** The words for what went wrong. Errors of the program bring theirs; anything else is a fault of the window. */
import type { ApiError, Code } from './gen/api';
import { m } from './paraglide/messages.js';
import { getLocale } from './paraglide/runtime.js';

export interface Explanation {
  /** What happened. */
  sentence: string;
  /** What to do about it. */
  hint: string;
  /** For IT, in no particular language. */
  detail: string;
}

export function explain(reason: unknown): Explanation {
  if (!isApiError(reason)) return { sentence: m.error_internal(), hint: m.error_internal_hint(), detail: String(reason) };
  const language = getLocale();
  const detail = [reason.code, reason.detail].filter(Boolean).join(' · ');
  return { sentence: reason.message[language], hint: reason.hint[language], detail };
}

/** Whether the program itself said so. */
export function isApiError(reason: unknown): reason is ApiError {
  return typeof reason === 'object' && reason !== null && 'code' in reason && 'message' in reason && 'hint' in reason;
}

/** A failure that the window finds in an answer, in the words that the program has for it. */
export function failureOf(code: Code): ApiError {
  const say = (key: string) => ({ en: words[key]?.({}, { locale: 'en' }) ?? code, ja: words[key]?.({}, { locale: 'ja' }) ?? code });
  return { code, message: say(`error_${code}`), hint: say(`error_${code}_hint`), action: 'none', detail: '', certificate: null };
}

const words = m as unknown as Record<string, ((values?: object, options?: { locale: 'en' | 'ja' }) => string) | undefined>;

/** What happened, by its code alone. */
export const sentenceOf = (code: Code): string => words[`error_${code}`]?.() ?? code;
