/** What can be done with a list of mail, and by which keys. */
import type { Action } from '../../actions.svelte';
import { m } from '../../paraglide/messages.js';
import type { MailModel } from './model.svelte';

/** What only the screen itself can do, because it is about focus and what is in sight. */
export interface Moves {
  open: () => void;
  back: () => void;
  side: () => void;
  switchForm: () => void;
  /** Pages through the mail: 1 further, -1 back. */
  page: (step: 1 | -1) => void;
}

export function actionsOf(model: MailModel, moves: Moves): Action[] {
  return [...decisionsOf(model), ...looksOf(model, moves), ...movesOf(model, moves)];
}

function decisionsOf(model: MailModel): Action[] {
  const always = (verb: 'share' | 'keep_private') => (): boolean =>
    (verb === 'share' ? model.canShare() : model.canKeep()) && model.options(verb).length > 0;
  return [
    { id: 'mail.share', label: m.mail_share(), keys: ['1', 's'], act: () => model.decide('share'), ready: () => model.canShare() },
    { id: 'mail.share_always', label: m.mail_share_always(), keys: ['Shift+1'], act: () => model.decideAlways('share'), ready: always('share') },
    { id: 'mail.keep_private', label: m.mail_keep_private(), keys: ['2', 'p'], act: () => model.decide('keep_private'), ready: () => model.canKeep() },
    {
      id: 'mail.keep_always',
      label: m.mail_keep_always(),
      keys: ['Shift+2'],
      act: () => model.decideAlways('keep_private'),
      ready: always('keep_private'),
    },
    { id: 'mail.later', label: m.mail_later(), keys: ['3', 'h'], act: () => (model.postponing = true), ready: () => model.canPostpone() },
    { id: 'mail.include', label: m.mail_include(), keys: ['i'], act: () => model.include(), ready: () => model.canInclude() },
    { id: 'mail.never_log', label: m.mail_never_log(), keys: ['n'], act: () => (model.denying = true), ready: () => model.canDeny() },
    { id: 'mail.undo', label: m.mail_undo(), keys: ['z', 'Mod+z'], act: () => model.undo(), ready: () => model.decisions.made.length > 0 },
  ];
}

function looksOf(model: MailModel, { side, switchForm }: Moves): Action[] {
  const one = (): boolean => model.isOne();
  const shares = (): boolean => model.isOne() && model.canShare();
  const hasForms = (): boolean => model.opened.state === 'ready' && model.opened.value.html !== null;
  return [
    { id: 'mail.preview', label: m.mail_preview(), keys: ['d'], act: () => (model.previewing = true), ready: shares },
    { id: 'mail.redact', label: m.mail_redact(), keys: ['m'], act: () => (model.redacting = true), ready: shares },
    { id: 'mail.why', label: m.mail_show_why(), keys: ['w'], act: () => (model.explaining = true), ready: one },
    { id: 'mail.link', label: m.mail_link(), keys: ['l'], act: () => (model.linking = true), ready: one },
    { id: 'mail.side', label: m.mail_side(), keys: ['v'], act: side, ready: one },
    { id: 'mail.form', label: m.mail_switch_form(), keys: ['t'], act: switchForm, ready: hasForms },
  ];
}

function movesOf(model: MailModel, { open, back, page }: Moves): Action[] {
  const { cursor } = model;
  const ready = (): boolean => cursor.row !== null;
  return [
    { id: 'mail.next', label: m.mail_next(), keys: ['j', 'ArrowDown'], act: () => cursor.move(1), ready, repeats: true },
    { id: 'mail.previous', label: m.mail_previous(), keys: ['k', 'ArrowUp'], act: () => cursor.move(-1), ready, repeats: true },
    { id: 'mail.open', label: m.mail_open(), keys: ['Enter', 'o'], act: open, ready },
    { id: 'mail.back', label: m.mail_back(), keys: ['Escape', 'u'], act: back },
    { id: 'mail.page_down', label: m.mail_page_down(), keys: ['Space'], act: () => page(1), ready, repeats: true },
    { id: 'mail.page_up', label: m.mail_page_up(), keys: ['Shift+Space'], act: () => page(-1), ready, repeats: true },
    { id: 'mail.choose', label: m.mail_choose(), keys: ['x'], act: () => cursor.row && cursor.toggle(cursor.row.mail), ready },
    { id: 'mail.choose_next', label: m.mail_choose_next(), keys: ['Shift+j', 'Shift+ArrowDown'], act: () => cursor.extend(1), ready, repeats: true },
    { id: 'mail.choose_previous', label: m.mail_choose_previous(), keys: ['Shift+k', 'Shift+ArrowUp'], act: () => cursor.extend(-1), ready, repeats: true },
    { id: 'mail.choose_all', label: m.mail_choose_all(), keys: ['Mod+a'], act: () => cursor.all(), ready },
  ];
}
