/** The time, for what counts down: whoever reads it is drawn anew each second, and nothing ticks while nobody does. */
import { createSubscriber } from 'svelte/reactivity';

const subscribe = createSubscriber((update) => {
  const ticking = setInterval(update, 1000);
  return () => clearInterval(ticking);
});

/** Milliseconds since 1970. */
export function ticking(): number {
  subscribe();
  return Date.now();
}
