/** How it ended to take a decision back: there may have been too little time for some of its mail. */
import type { QueueRow, State } from '../../gen/api';

/** Mail of the decision, counted by what became of it. */
export interface Undone {
  /** It is as if nothing had been decided. */
  back: number;
  /** It was about to be sent, and stays private instead. */
  kept: number;
  /** It is being sent, and is taken back from the CRM as soon as it is there. */
  retracts: number;
}

const BACK: readonly State[] = ['pending', 'unmatched', 'excluded'];
const LATE: readonly State[] = ['logged', 'already_in_crm', 'retract_failed', 'remote_missing'];

/** It is in the CRM: undoing has done nothing to it. */
export const isLate = ({ state, retract_after }: Pick<QueueRow, 'state' | 'retract_after'>): boolean => LATE.includes(state) && !retract_after;

/** What became of each, as the program answers an undoing. */
export function endOf(rows: readonly Pick<QueueRow, 'state' | 'retract_after'>[]): Undone {
  const count = (fits: (row: Pick<QueueRow, 'state' | 'retract_after'>) => boolean): number => rows.filter(fits).length;
  return {
    back: count(({ state }) => BACK.includes(state)),
    kept: count(({ state }) => state === 'private'),
    retracts: count(({ retract_after }) => retract_after),
  };
}
