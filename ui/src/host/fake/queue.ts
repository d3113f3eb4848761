/** `queue.*`: what was decided and is on its way. */
import type { QueueRow, State } from '../../gen/api';
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

export const queueHandlers = (program: Program): Handlers => ({
  'queue.list': () => program.queue((state) => !DONE.includes(state)),
  'queue.send_now': ({ id }) => step(program, id, { state: 'queued', release_at: Date.now() }),
  'queue.retry': ({ id }) => step(program, id, { state: 'queued', release_at: Date.now() }),
  'queue.cancel': ({ id }) => step(program, id, { state: 'private', release_at: null }),
});
