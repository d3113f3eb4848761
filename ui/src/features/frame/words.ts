import type { Screen } from '../../desk.svelte';
import { m } from '../../paraglide/messages.js';

/** What each screen is called. */
export const SCREEN_WORDS: Record<Screen, () => string> = {
  review: m.frame_review,
  mailbox: m.frame_mailbox,
  queue: m.frame_queue,
  history: m.frame_history,
  rules: m.frame_rules,
  connections: m.frame_connections,
  settings: m.frame_settings,
};
