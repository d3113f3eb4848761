/** Why a mail is where it is, and what becomes of it, in a sentence each. */
import type { MailRowView, Origin, Why } from '../../gen/api';
import { upcoming } from '../../format';
import { m } from '../../paraglide/messages.js';
import { whyOf } from './asks';
import { decidedBy } from './why_words';
import { exclusionWords, RETURNED_WORDS } from './words';

/** The reasons, the most urgent first. */
export function reasonsOf({ triage, advice, returned }: Why, { state, who, contact }: MailRowView): string[] {
  const back = returned ? [RETURNED_WORDS[returned]()] : [];
  if (state === 'unmatched') return [...back, m.side_unmatched()];
  if (triage.triage === 'excluded') return [...back, exclusionWords(triage.why)];
  if (state !== 'pending') return back;
  const name = contact?.name || who?.name || who?.address || '';
  const asks = advice.advice === 'ask' ? advice.because : [];
  return [...back, ...asks.map((ask) => whyOf(ask, name))];
}

/** What happens if nobody does anything more; empty where nothing does. */
export function fateOf({ advice, origin }: Why, { state, snoozed_until, release_at }: MailRowView): string {
  if (snoozed_until !== null) return m.side_happens_later({ time: upcoming(snoozed_until) });
  if (state === 'scheduled' && release_at !== null && origin && origin.by !== 'user') return shared(release_at, origin);
  if (state === 'private' && origin) return keptPrivate(origin);
  if (state !== 'pending') return '';
  if (advice.advice === 'share') return `${m.side_happens_soon()} ${decidedBy(advice.by)}`;
  if (advice.advice === 'private') return keptPrivate(advice.by);
  return m.side_happens_asked();
}

const shared = (at: number, origin: Origin): string => `${m.side_happens_shared({ time: upcoming(at) })} ${decidedBy(origin)}`;
const keptPrivate = (origin: Origin): string => `${m.side_happens_private()} ${decidedBy(origin)}`;
