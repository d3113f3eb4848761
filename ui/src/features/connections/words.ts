import Check from '@lucide/svelte/icons/check';
import CircleAlert from '@lucide/svelte/icons/circle-alert';
import KeyRound from '@lucide/svelte/icons/key-round';
import Pause from '@lucide/svelte/icons/pause';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import WifiOff from '@lucide/svelte/icons/wifi-off';
import type { ConditionView } from '../../gen/api';
import { m } from '../../paraglide/messages.js';
import type { Health } from './model.svelte';

interface Look {
  word: () => string;
  tone: 'plain' | 'ok' | 'wait' | 'bad' | 'info';
  icon: typeof Check;
}

export const HEALTH: Record<Health, Look> = {
  active: { word: m.connections_active, tone: 'ok', icon: Check },
  working: { word: m.connections_working, tone: 'info', icon: RefreshCw },
  sign_in: { word: m.connections_sign_in_needed, tone: 'bad', icon: KeyRound },
  attention: { word: m.connections_attention, tone: 'bad', icon: CircleAlert },
  unreachable: { word: m.connections_unreachable, tone: 'wait', icon: WifiOff },
  paused: { word: m.connections_paused, tone: 'plain', icon: Pause },
};

/** How a mailbox was doing at some time. */
export const CONDITION_WORDS: Record<ConditionView, () => string> = {
  in_step: m.connections_in_step,
  waiting: m.connections_unreachable,
  needs_person: m.connections_attention,
  paused: m.connections_paused,
};
