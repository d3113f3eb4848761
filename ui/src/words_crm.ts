/** What CRMs and their settings are called: the program gives the words, in both languages, with what it describes. */
import type { ConnectionView, ConnectorInfo, Field, Words } from './gen/api';
import { m } from './paraglide/messages.js';
import { getLocale } from './paraglide/runtime.js';

/** In the language of the moment. */
export const inWords = ({ ja, en }: Words): string => (getLocale() === 'ja' ? ja : en);

/** What a connection is called: the rep's own name for it, else its kind's. */
export const crmName = ({ name, kind, info }: Pick<ConnectionView, 'name' | 'kind' | 'info'>): string =>
  name === kind && info ? inWords(info.name) : name;

/** What a kind is called where it is chosen or looked at: it says there that it is a beta. */
export const kindName = ({ name, beta }: Pick<ConnectorInfo, 'name' | 'beta'>): string =>
  beta ? m.crm_beta({ crm: inWords(name) }) : inWords(name);

/** The setting that is secret, where a kind of CRM has one. */
export const secretOf = (info: ConnectorInfo | null): Field | undefined => info?.fields.find(({ kind }) => kind === 'secret');
