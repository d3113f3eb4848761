/** Whether the program runs, and what it has at hand. */
export { default as Status } from './View.svelte';
export { StatusModel } from './model.svelte';
