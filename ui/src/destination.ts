/** Where a decided mail goes, in a row: the CRM, and the records that are not the other side's own. */
import type { ConnectionView, QueueRow } from './gen/api';
import { visible } from './plain';
import { crmName } from './words_crm';

export function destination(row: QueueRow, connections: readonly Pick<ConnectionView, 'id' | 'name' | 'kind' | 'info'>[]): string {
  if (!row.choice) return '';
  const connection = connections.find(({ id }) => id === row.connection);
  const others = row.records.filter((name) => name !== row.who?.name);
  return [...(connection ? [crmName(connection)] : []), ...others].map(visible).join(' · ');
}
