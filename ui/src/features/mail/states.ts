/** What each state of a mail is called and how it is marked. */
import Ban from '@lucide/svelte/icons/ban';
import Check from '@lucide/svelte/icons/check';
import CircleAlert from '@lucide/svelte/icons/circle-alert';
import CircleDashed from '@lucide/svelte/icons/circle-dashed';
import Clock from '@lucide/svelte/icons/clock';
import Eye from '@lucide/svelte/icons/eye';
import Lock from '@lucide/svelte/icons/lock';
import RotateCw from '@lucide/svelte/icons/rotate-cw';
import Undo2 from '@lucide/svelte/icons/undo-2';
import Upload from '@lucide/svelte/icons/upload';
import type { Level, State } from '../../gen/api';
import { m } from '../../paraglide/messages.js';

interface Look {
  word: () => string;
  tone: 'plain' | 'ok' | 'wait' | 'private' | 'bad' | 'info';
  icon: typeof Check;
}

export const STATES: Record<State, Look> = {
  excluded: { word: m.state_excluded, tone: 'plain', icon: Ban },
  unmatched: { word: m.state_unmatched, tone: 'plain', icon: CircleDashed },
  pending: { word: m.state_pending, tone: 'info', icon: Eye },
  private: { word: m.state_private, tone: 'private', icon: Lock },
  scheduled: { word: m.state_scheduled, tone: 'wait', icon: Clock },
  queued: { word: m.state_queued, tone: 'wait', icon: Upload },
  uploading: { word: m.state_uploading, tone: 'wait', icon: Upload },
  verifying: { word: m.state_verifying, tone: 'wait', icon: RotateCw },
  logged: { word: m.state_logged, tone: 'ok', icon: Check },
  failed_retry: { word: m.state_failed_retry, tone: 'wait', icon: RotateCw },
  failed_perm: { word: m.state_failed_perm, tone: 'bad', icon: CircleAlert },
  retract_queued: { word: m.state_retracting, tone: 'wait', icon: Undo2 },
  retracting: { word: m.state_retracting, tone: 'wait', icon: Undo2 },
  retracted: { word: m.state_retracted, tone: 'plain', icon: Undo2 },
  retract_failed: { word: m.state_failed_perm, tone: 'bad', icon: CircleAlert },
  already_in_crm: { word: m.state_already_in_crm, tone: 'ok', icon: Check },
  remote_missing: { word: m.state_remote_missing, tone: 'bad', icon: CircleAlert },
};

export const LEVEL_WORDS: Record<Level, () => string> = {
  metadata: m.level_metadata,
  subject: m.level_subject,
  full: m.level_full,
};
