/** Where a decided mail goes, in a row: the CRM, and the records that are not the other side's own. */
import type { ConnectionView, QueueRow } from './gen/api';
import { visible } from './plain';

export function destination(row: QueueRow, connections: readonly ConnectionView[] | null): string {
  if (!row.choice) return '';
  const crm = connections?.find(({ id }) => id === row.connection)?.name;
  const others = row.records.filter((name) => name !== row.who?.name);
  return [...(crm ? [crm] : []), ...others].map(visible).join(' · ');
}
