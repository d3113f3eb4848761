/** The promise of the product, as it holds here: another where mail of an account goes by itself. */
import type { AccountView, PolicyView } from './gen/api';
import { m } from './paraglide/messages.js';

type Modes = readonly Pick<AccountView, 'share_mode'>[] | null;

/** A mode that the company set counts for every account. */
export function promise(accounts: Modes, policy: Pick<PolicyView, 'share_mode'> | null): string {
  const fixed = policy?.share_mode ?? null;
  const byItself = fixed === 'share' || (fixed === null && (accounts ?? []).some(({ share_mode }) => share_mode === 'share'));
  return byItself ? m.app_promise_auto() : m.app_promise();
}
