/** The one button for a test that failed: what helps, on this person's way. */
import type { Code } from '../../gen/api';
import { m } from '../../paraglide/messages.js';
import { isApiError } from '../../words';
import { ACTION_WORDS } from './actions';
import type { Connecting, Field } from './model.svelte';

export interface Help {
  label: string;
  act: () => void;
}

/** What needs a dialog of its own. */
export interface Dialogs {
  ask: () => void;
  compare: () => void;
}

export function helpFor(connecting: Connecting, dialogs: Dialogs): Help {
  const { action } = connecting.test;
  const again = (): void => connecting.probe();
  const sending = connecting.test.reason === null;
  const help = (act: () => void, label: string = ACTION_WORDS[action]()): Help => ({ label, act });
  switch (action) {
    case 'sign_in':
    case 'make_app_password':
      return help(() => signIn(connecting, sending), connecting.way.kind === 'password' ? m.first_run_password_again() : m.action_browser());
    case 'sign_in_at_provider':
      if (connecting.way.kind === 'browser') return help(() => signIn(connecting, false));
      return help(() => connecting.to(connecting.offers.length > 0 ? 'choose' : 'address'), m.connect_other_way());
    case 'compare_certificate':
      return connecting.test.certificate ? help(dialogs.compare) : help(dialogs.ask, m.first_run_ask());
    case 'send_by_graph':
      return help(() => {
        connecting.servers.sending = 'graph';
        again();
      });
    case 'edit_settings':
      return editing(connecting, sending);
    case 'ask_it':
      return help(dialogs.ask);
    case 'none':
      return help(() => connecting.to('address', 'address'), m.connect_other_address());
    default:
      return help(again, action === 'wait' ? m.action_now() : m.common_try_again());
  }
}

/** Signs in anew: what was given before no longer counts. */
function signIn(connecting: Connecting, sending: boolean): void {
  connecting.browser.reset();
  const own = sending && connecting.servers.auth === 'own';
  const field: Field | null = connecting.way.kind === 'password' ? (own ? 'sending_password' : 'password') : null;
  connecting.to('sign_in', field);
}

function editing(connecting: Connecting, sending: boolean): Help {
  const { fault } = connecting.test;
  const label = m.first_run_edit();
  if (connecting.fromFiles) return { label, act: () => connecting.to('files', 'path') };
  if (connecting.isLocked) return { label: m.connect_other_address(), act: () => connecting.to('address', 'address') };
  const field = fieldOf(isApiError(fault) ? fault.code : null, sending);
  return { label, act: () => connecting.type(field) };
}

/** The field that a failure is about. */
function fieldOf(code: Code | null, sending: boolean): Field {
  const isPort = code === 'connection_refused' || code === 'starttls_missing';
  if (sending) return isPort ? 'send_port' : 'send_host';
  return isPort ? 'port' : 'host';
}
