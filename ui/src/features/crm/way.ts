import type { Desk } from '../../desk.svelte';
import type { CrmWizard } from './wizard.svelte';

/** What every step has. */
export interface Way {
  desk: Desk;
  wizard: CrmWizard;
  /** What the CRM is called. */
  crm: string;
  /** What leaves without connecting anything. */
  exit: { label: string; act: () => void };
  /** On to the next step. */
  next: () => Promise<void>;
}
