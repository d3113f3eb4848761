/** What was filled in, as the program is asked to test or to connect it. */
import type { NewAccountArgs } from '../../gen/api';
import type { Connecting } from './model.svelte';

export function argsOf(connecting: Connecting): NewAccountArgs {
  const { address, path, sharing, past } = connecting;
  const since = past.since();
  const general = { address, role: sharing.role, share_mode: sharing.mode, ...(since === null ? {} : { import_since: since }) };
  if (connecting.fromFiles) return { ...general, path };
  const folders = past.folders();
  return { ...general, ...server(connecting), ...proof(connecting), ...(folders ? { folders } : {}) };
}

/** The company's own settings are left to the program. */
function server({ servers, isLocked }: Connecting): Partial<NewAccountArgs> {
  if (isLocked) return { protocol: servers.protocol, ...(servers.sending === 'off' ? { sending: { kind: 'off' } } : {}) };
  const user = servers.user.trim();
  const named = user ? { user } : {};
  if (!servers.receives) return { send_only: true, ...named, sending: servers.sendingValue() };
  return { protocol: servers.protocol, endpoint: servers.receive.value(), ...named, sending: servers.sendingValue() };
}

function proof({ way, browser, delegated, password, sendingPassword, needsSendingPassword }: Connecting): Partial<NewAccountArgs> {
  const own = needsSendingPassword ? { sending_password: sendingPassword } : {};
  if (way.kind !== 'browser') return { password, ...own };
  const ticket = browser.done?.ticket;
  const delegate = delegated ? browser.done?.address : null;
  return { ...(ticket === undefined ? {} : { ticket }), ...(delegate ? { delegate } : {}), ...own };
}
