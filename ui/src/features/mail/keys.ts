/** What can be done with a list of mail, and by which keys. */
import type { Action } from '../../actions.svelte';
import { m } from '../../paraglide/messages.js';
import type { MailModel } from './model.svelte';

/** What only the screen itself can do, because it is about focus. */
export interface Moves {
  open: () => void;
  back: () => void;
  side: () => void;
  switchForm: () => void;
}

export function actionsOf(model: MailModel, { open, back, side, switchForm }: Moves): Action[] {
  const { cursor, decisions } = model;
  const stands = (): boolean => cursor.row !== null;
  const decides = (): boolean => stands() && model.connection !== null;
  return [
    { id: 'mail.share', label: m.mail_share(), keys: ['1', 's'], act: () => model.decide('share'), ready: () => model.canShare() },
    { id: 'mail.keep_private', label: m.mail_keep_private(), keys: ['2', 'p'], act: () => model.decide('keep_private'), ready: () => model.canKeep() },
    { id: 'mail.undo', label: m.mail_undo(), keys: ['z', 'Mod+z'], act: () => model.undo(), ready: () => decisions.made.length > 0 },
    { id: 'mail.preview', label: m.mail_preview(), keys: ['d'], act: () => (model.previewing = true), ready: () => decides() && model.canShare() },
    { id: 'mail.why', label: m.mail_why(), keys: ['w'], act: side, ready: decides },
    { id: 'mail.next', label: m.mail_next(), keys: ['j', 'ArrowDown'], act: () => cursor.move(1), ready: stands, repeats: true },
    { id: 'mail.previous', label: m.mail_previous(), keys: ['k', 'ArrowUp'], act: () => cursor.move(-1), ready: stands, repeats: true },
    { id: 'mail.open', label: m.mail_open(), keys: ['Enter', 'o'], act: open, ready: stands },
    { id: 'mail.back', label: m.mail_back(), keys: ['Escape', 'u'], act: back },
    { id: 'mail.choose', label: m.mail_choose(), keys: ['x'], act: () => cursor.row && cursor.toggle(cursor.row.mail), ready: stands },
    { id: 'mail.choose_next', label: m.mail_choose_next(), keys: ['Shift+j', 'Shift+ArrowDown'], act: () => cursor.extend(1), ready: stands, repeats: true },
    { id: 'mail.choose_previous', label: m.mail_choose_previous(), keys: ['Shift+k', 'Shift+ArrowUp'], act: () => cursor.extend(-1), ready: stands, repeats: true },
    { id: 'mail.choose_all', label: m.mail_choose_all(), keys: ['Mod+a'], act: () => cursor.all(), ready: stands },
    { id: 'mail.form', label: m.mail_switch_form(), keys: ['t'], act: switchForm, ready: () => model.opened.state === 'ready' && model.opened.value.html !== null },
  ];
}
