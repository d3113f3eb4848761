/** The words for kinds of CRM and their settings. They are looked up by the names that the program gives. */
import type { ConnectionView } from './gen/api';
import { m } from './paraglide/messages.js';

const words = m as unknown as Record<string, (() => string) | undefined>;

function look(key: string, otherwise: string): string {
  return words[key]?.() ?? otherwise;
}

/** What a kind of CRM is called; its own name where there is no word for it. */
export const kindName = (kind: string): string => look(`crm_kind_${kind}`, kind);

/** What a connection is called: the rep's own name for it, else its kind's, in the language of the moment. */
export const crmName = ({ name, kind }: Pick<ConnectionView, 'name' | 'kind'>): string => (name === kind ? kindName(kind) : name);

/** What a kind of CRM is for. */
export const kindText = (kind: string): string => look(`crm_kind_${kind}_text`, '');

/** The label of a setting; its own name where there is no word for it. */
export const fieldName = (field: string): string => look(`crm_field_${field}`, field);

/** What helps to fill a setting in. */
export const fieldHint = (field: string): string => look(`crm_field_${field}_hint`, '');
