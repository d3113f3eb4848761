/** `queue.*`: what was decided and is on its way. */
import type { Deed, QueueRow, State } from '../../gen/api';
import { wait, type Handlers } from './handlers';
import type { Program } from './program';
import type { Review } from './reviews';

/** Where a decision has come to its end. */
const DONE: readonly State[] = ['logged', 'private', 'retracted', 'already_in_crm', 'remote_missing'];

/** Changes what was decided. What is let go is logged a moment later. */
export function step(program: Program, id: number, change: Partial<Review>): QueueRow {
  const review = program.reviews.put(program.reviews.byId(id), change);
  if (change.state === 'queued') void wait(900).then(() => later(program, id, 'logged'));
  return program.queueRow(review);
}

export function later(program: Program, id: number, state: State): void {
  step(program, id, { state });
  program.changed('queue', 'history', 'review');
}

/** What can be done with a mail (`domain::review::Deed`), at a CRM that can do everything; `found`: by the rep, in the CRM. */
export function deedsOf(state: State, maybe: boolean, found: boolean): Deed[] {
  if (state === 'scheduled') return ['send_now', 'cancel'];
  if (state === 'failed_retry') return ['send_now', 'retry', 'cancel'];
  if (state === 'failed_perm') return maybe ? ['retry', 'cancel', 'say_logged'] : ['retry', 'cancel'];
  if (state === 'logged') return found ? [] : ['retract', 'relink'];
  if (state === 'retract_failed') return ['retract'];
  return ['queued', 'uploading', 'verifying'].includes(state) ? ['cancel'] : [];
}

export const queueHandlers = (program: Program): Handlers => ({
  'queue.list': () => program.queue((state) => !DONE.includes(state)),
  'queue.send_now': ({ id }) => step(program, id, { state: 'queued', release_at: Date.now() }),
  'queue.retry': ({ id }) => step(program, id, { state: 'queued', release_at: Date.now() }),
  'queue.say_logged': ({ id }) => step(program, id, { state: 'logged', found: true, failed: null }),
  'queue.cancel': ({ id }) => step(program, id, { state: 'private', release_at: null }),
});
