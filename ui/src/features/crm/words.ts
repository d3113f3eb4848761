import type { Captures } from '../../gen/api';
import { m } from '../../paraglide/messages.js';
import type { Step } from './wizard.svelte';

export const STEP_WORDS: Record<Step, () => string> = {
  choose: m.crm_step_choose,
  sign_in: m.crm_step_sign_in,
  check: m.crm_step_check,
  captures: m.crm_step_captures,
  sync: m.crm_step_sync,
  choices: m.crm_step_choices,
  sample: m.crm_step_sample,
};

export const CAPTURES_WORDS: Record<Captures, { title: () => string; text: () => string }> = {
  yes: { title: m.crm_captures_yes, text: m.crm_captures_yes_text },
  no: { title: m.crm_captures_no, text: m.crm_captures_no_text },
  unknown: { title: m.crm_captures_unknown, text: m.crm_captures_unknown_text },
};
