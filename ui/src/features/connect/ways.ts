/** How a person signs in to what was found. */
import type { AppPassword, Hosting, Offer } from '../../gen/api';

export type Way =
  /** At the provider, in the browser. */
  | { kind: 'browser'; provider: string }
  | { kind: 'password'; guide: AppPassword | null }
  /** The provider takes no passwords, and Otomo isn't registered there: IT can change that. */
  | { kind: 'ask_it'; provider: string };

/** Whose servers these are, by their names: what is typed by hand must not lead around a provider's sign-in. */
const SERVERS: [hosts: RegExp, provider: 'google' | 'microsoft'][] = [
  [/(^|\.)(gmail|googlemail)\.com$/i, 'google'],
  [/(^|\.)(office365\.com|outlook\.com|hotmail\.com|live\.com|office365\.us|outlook\.cn)$/i, 'microsoft'],
];

export const providerOf = (host: string): 'google' | 'microsoft' | null => SERVERS.find(([hosts]) => hosts.test(host))?.[1] ?? null;

interface Asked {
  /** What was found and chosen; `null` where the servers were typed. */
  offer: Offer | null;
  /** Where mail is received. */
  host: string;
  /** Providers that this program is registered at. */
  registered: readonly string[];
}

/**
 * The one way to sign in. A password is never asked for where a provider's own sign-in exists, and never for Microsoft,
 * who takes none.
 */
export function wayOf({ offer, host, registered }: Asked): Way {
  const provider = offer?.sign_in.kind === 'oauth' ? offer.sign_in.provider : providerOf(host);
  const found = offer?.sign_in.kind === 'oauth' && offer.warning !== 'no_client';
  if (provider !== null && (found || registered.includes(provider))) return { kind: 'browser', provider };
  if (provider === 'microsoft') return { kind: 'ask_it', provider };
  const guide = offer?.app_password ?? (provider === 'google' ? { guide: 'google', page: 'https://myaccount.google.com/apppasswords' } : null);
  if (provider !== null && !guide) return { kind: 'ask_it', provider };
  return { kind: 'password', guide };
}

/** Which of the services behind a gateway an offer is for. */
export function hostingOf(offer: Offer): Hosting {
  const provider = offer.sign_in.kind === 'oauth' ? offer.sign_in.provider : providerOf(offer.receive?.host ?? '');
  return provider === 'google' || provider === 'microsoft' ? provider : 'other';
}
