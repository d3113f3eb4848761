import type { Code } from '../../gen/api';
import { m } from '../../paraglide/messages.js';
import { isApiError } from '../../words';
import type { Field } from './draft.svelte';
import type { Arrival } from './model.svelte';

/** The field that a failure is about where it isn't the server's name. */
const FIELDS: Partial<Record<Code, Field>> = { connection_refused: 'port', already_connected: 'address' };

/** The one button for a failed test that the person can do something about. */
export function helpFor(arrival: Arrival): { label: string; act: () => void } {
  const { action, reason } = arrival.test;
  if (action === 'sign_in') return { label: m.first_run_password_again(), act: () => arrival.edit('password') };
  if (action === 'edit_settings') return { label: m.first_run_edit(), act: () => arrival.edit(fieldOf(arrival, reason)) };
  return { label: m.common_try_again(), act: arrival.again };
}

function fieldOf({ draft }: Arrival, reason: unknown): Field {
  if (draft.kind === 'files') return 'path';
  const field = isApiError(reason) ? FIELDS[reason.code] : undefined;
  return field ?? (draft.preset ? 'address' : 'host');
}
