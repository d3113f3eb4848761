export { default as Review } from './View.svelte';
