/** Whose word a decision was, in a few words. */
import type { Origin } from './gen/api';
import { m } from './paraglide/messages.js';

export const ORIGIN_WORDS: Record<Origin['by'], () => string> = {
  user: m.origin_user,
  rule: m.origin_rule,
  policy: m.origin_policy,
  mode: m.origin_mode,
  thread: m.origin_thread,
  engine: m.origin_engine,
};
