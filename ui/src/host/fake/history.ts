/** `history.*`, `audit.*`: what came of the decisions. */
import type { HistoryFilter, QueueRow, SavedFile, State, TraceRow } from '../../gen/api';
import { contactsOf } from './contacts';
import { wait, type Handlers } from './handlers';
import type { Program } from './program';
import { later, step } from './queue';
import { MINUTE } from './sample';

/** Where a decision has come to its end; what is being taken back is on its way. */
const LISTED: readonly State[] = ['logged', 'private', 'retracted', 'already_in_crm', 'remote_missing'];

export const historyHandlers = (program: Program): Handlers => ({
  'history.list': ({ filter = {}, after, limit = 100 }) => {
    const rows = program.queue((state) => (filter.states ?? LISTED).includes(state) && LISTED.includes(state)).filter(
      (row) => fits(row, filter) && (!after || row.changed_at < after.changed_at || (row.changed_at === after.changed_at && row.id < after.id)),
    );
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const next = last && rows.length > limit ? { changed_at: last.changed_at, id: last.id } : null;
    return { rows: page, next };
  },
  'history.retract': ({ id }) => {
    const row = step(program, id, { state: 'retract_queued' });
    void wait(1500).then(() => later(program, id, 'retracted'));
    return row;
  },
  'history.relink': async ({ id, links }) => {
    await wait(300);
    const { choice, changed_at } = program.reviews.byId(id);
    const named = contactsOf(program).filter(({ record }) => links.some((link) => link.type === record.type && link.id === record.id));
    const relinked = named.map(({ name }) => name);
    return step(program, id, { choice: choice && { ...choice, links }, changed_at, relinked });
  },
  'history.trace': ({ id }) => traceOf(program.queueRow(program.reviews.byId(id))),
  'history.export': async ({ format }) => {
    await wait(200);
    return saved(`otomo-history.${format}`);
  },
  'audit.verify': async () => {
    await wait(200);
    return { rows: 96, intact: true, broken_at: null, head: 'a1f4c08b'.repeat(8) };
  },
  'audit.export': async () => {
    await wait(200);
    return saved('otomo-audit.jsonl');
  },
});

export const saved = (name: string): SavedFile => ({ path: `/home/mori/Downloads/${name}`, name });

function fits({ connection, origin, changed_at, who, subject, records }: QueueRow, filter: HistoryFilter): boolean {
  const { since = 0, until = Infinity, text = '' } = filter;
  const isRep = origin?.by === 'user';
  if (filter.by && isRep !== (filter.by === 'rep')) return false;
  if (filter.connection !== undefined && filter.connection !== connection) return false;
  if (changed_at < since || changed_at >= until) return false;
  const haystack = [subject, who?.name, who?.address, ...records].join('\n').normalize('NFKC').toLowerCase();
  return haystack.includes(text.normalize('NFKC').toLowerCase());
}

/** How a mail comes to its state, minutes before it was last changed. */
const WAYS: Partial<Record<State, readonly [act: string, from: State, to: State, by: 'origin' | 'engine' | 'user', before: number][]>> = {
  private: [['keep_private', 'pending', 'private', 'origin', 0]],
  logged: [
    ['share', 'pending', 'scheduled', 'origin', 2],
    ['release', 'scheduled', 'queued', 'engine', 1],
    ['lease', 'queued', 'uploading', 'engine', 1],
    ['delivered', 'uploading', 'logged', 'engine', 0],
  ],
  retracted: [
    ['share', 'pending', 'scheduled', 'origin', 20],
    ['release', 'scheduled', 'queued', 'engine', 19],
    ['lease', 'queued', 'uploading', 'engine', 19],
    ['delivered', 'uploading', 'logged', 'engine', 18],
    ['retract', 'logged', 'retract_queued', 'user', 1],
    ['lease', 'retract_queued', 'retracting', 'engine', 1],
    ['unlogged', 'retracting', 'retracted', 'engine', 0],
  ],
};

function traceOf({ id, state, origin, changed_at }: QueueRow): TraceRow[] {
  return (WAYS[state] ?? []).map(([act, from, to, by, before], index) => ({
    seq: id * 10 + index,
    at: changed_at - before * MINUTE,
    act,
    from,
    to,
    origin: by === 'origin' ? (origin ?? { by: 'user' }) : { by },
  }));
}
