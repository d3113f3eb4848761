import { m } from '../../paraglide/messages.js';
import type { Deed } from './model.svelte';

export const DEED_WORDS: Record<Deed, () => string> = {
  send_now: m.queue_send_now,
  retry: m.queue_try_now,
  review: m.queue_fix,
  open_crm: m.history_open,
  connections: m.queue_connections,
  say_logged: m.queue_there,
  send_again: m.queue_not_there,
};
