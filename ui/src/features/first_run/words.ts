import type { Step } from '../../gen/api';
import { m } from '../../paraglide/messages.js';
import type { Field, Since } from './draft.svelte';

type Word = (inputs?: Record<string, never>, options?: { locale?: 'en' | 'ja' }) => string;

export const STEP_WORDS: Record<Step, Word> = {
  name: m.first_run_step_name,
  connect: m.first_run_step_connect,
  certificate: m.first_run_step_certificate,
  sign_in: m.first_run_step_sign_in,
  inbox: m.first_run_step_inbox,
  folders: m.first_run_step_folders,
};

export const SINCE_WORDS: Record<Since, Word> = {
  today: m.first_run_since_today,
  '7': m.first_run_since_7,
  '30': m.first_run_since_30,
  '90': m.first_run_since_90,
  '365': m.first_run_since_365,
  all: m.first_run_since_all,
};

/** The rule that a field breaks. */
export const FLAW_WORDS: Record<Field, Word> = {
  address: m.first_run_flaw_address,
  password: m.first_run_flaw_password,
  host: m.first_run_flaw_host,
  port: m.first_run_flaw_port,
  user: m.first_run_flaw_password,
  path: m.first_run_flaw_path,
};
