/** Numbers for what takes long: those below 2^32 are the callers' own (`api::operation`). */
let last = Date.now() % 2 ** 31;

export const newOperation = (): number => (last = (last + 1) % 2 ** 32);
