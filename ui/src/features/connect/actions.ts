/** What the one button of a failure says and does, for every action that the program names. */
import type { Action } from '../../gen/api';
import { m } from '../../paraglide/messages.js';

type Word = (inputs?: Record<string, never>, options?: { locale?: 'en' | 'ja' }) => string;

export const ACTION_WORDS: Record<Action, Word> = {
  retry: m.common_try_again,
  wait: m.action_now,
  sign_in: m.action_sign_in,
  sign_in_at_provider: m.action_browser,
  compare_certificate: m.action_certificate,
  send_by_graph: m.action_graph,
  make_app_password: m.action_app_password,
  edit_settings: m.first_run_edit,
  ask_it: m.first_run_ask,
  unlock: m.action_unlock,
  review: m.action_review,
  open_crm: m.action_crm,
  free_space: m.common_try_again,
  update: m.common_details,
  none: m.common_close,
};
