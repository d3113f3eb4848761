import { m } from '../../paraglide/messages.js';
import type { Period, Shown, Who } from './filter';

export const SHOWN_WORDS: Record<Shown, () => string> = {
  all: m.history_all,
  shared: m.history_shared,
  private: m.history_private,
  retracted: m.history_retracted,
};

export const WHO_WORDS: Record<Who, () => string> = {
  anybody: m.history_who_anybody,
  rep: m.history_who_rep,
  by_itself: m.history_who_by_itself,
};

export const PERIOD_WORDS: Record<Period, () => string> = {
  all: m.history_period_all,
  today: m.history_period_today,
  '7': m.history_period_7,
  '30': m.history_period_30,
  '90': m.history_period_90,
  dates: m.history_period_dates,
};

/** What a step of the trace was, by the name that the program gives it (`domain::review::Act::name`). */
const ACT_WORDS: Record<string, (() => string) | undefined> = {
  share: m.act_share,
  keep_private: m.act_keep_private,
  snooze: m.act_snooze,
  wake: m.act_wake,
  include: m.act_include,
  undo: m.act_undo,
  send_now: m.act_send_now,
  retry: m.act_retry,
  retract: m.act_retract,
  relink: m.act_relink,
  say_logged: m.act_say_logged,
  release: m.act_release,
  return: m.act_return,
  lease: m.act_lease,
  delivered: m.act_delivered,
  lost: m.act_lost,
  not_found: m.act_not_found,
  defer: m.act_defer,
  wait_for_person: m.act_wait_for_person,
  refuse: m.act_refuse,
  unlogged: m.act_unlogged,
};

export const actWords = (act: string): string => ACT_WORDS[act]?.() ?? act;
