/** What many people begin with: a rule half filled in. */
import Banknote from '@lucide/svelte/icons/banknote';
import Building2 from '@lucide/svelte/icons/building-2';
import FolderLock from '@lucide/svelte/icons/folder-lock';
import HeartPulse from '@lucide/svelte/icons/heart-pulse';
import Landmark from '@lucide/svelte/icons/landmark';
import Scale from '@lucide/svelte/icons/scale';
import { m } from '../../paraglide/messages.js';
import type { Beginning } from './draft.svelte';

interface Template {
  icon: typeof Landmark;
  title: string;
  text: string;
  begins: Beginning;
}

/** In the window's language: a word in a subject is one of that language. */
export const templates = (): Template[] => [
  { icon: Landmark, title: m.rules_template_bank(), text: m.rules_template_bank_text(), begins: { kind: 'domain', reason: m.rules_template_bank() } },
  {
    icon: HeartPulse,
    title: m.rules_template_doctor(),
    text: m.rules_template_doctor_text(),
    begins: { kind: 'subject', value: m.rules_template_doctor_word(), reason: m.rules_template_doctor() },
  },
  { icon: FolderLock, title: m.rules_template_folder(), text: m.rules_template_folder_text(), begins: { kind: 'folder', reason: m.rules_template_folder() } },
  {
    icon: Banknote,
    title: m.rules_template_pay(),
    text: m.rules_template_pay_text(),
    begins: { kind: 'subject', value: m.rules_template_pay_word(), reason: m.rules_template_pay() },
  },
  { icon: Building2, title: m.rules_template_group(), text: m.rules_template_group_text(), begins: { kind: 'domain', then: 'internal' } },
  {
    icon: Scale,
    title: m.rules_template_lawyer(),
    text: m.rules_template_lawyer_text(),
    begins: { kind: 'domain', then: 'ask', reason: m.rules_template_lawyer() },
  },
];
