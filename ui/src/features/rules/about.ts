/** What a rule can be about, what can be said of it, and in which group it is listed. */
import type { AboutArgs, NewRule, Rule, RuleView, Then } from '../../gen/api';

export type Kind = AboutArgs['kind'];

/** What is chosen or typed in the form; conversations are ruled on at the mail itself. */
export const KINDS: readonly Exclude<Kind, 'thread'>[] = ['address', 'domain', 'contact', 'company', 'subject', 'list', 'folder', 'account'];

const ALL: readonly Then[] = ['never_log', 'private', 'ask', 'share'];
/** A word or a list says nothing about who reads along: nothing is shared by it (`domain::rules::About::allows`). */
const STRICT: readonly Then[] = ['never_log', 'private', 'ask'];

const THENS: Partial<Record<Kind, readonly Then[]>> = { domain: ['never_log', 'internal', 'private', 'ask', 'share'], list: STRICT, subject: STRICT };

/** What can be said about such a thing, the strictest first. */
export const thensOf = (kind: Kind): readonly Then[] => THENS[kind] ?? ALL;

export type Group = Then | 'policy';
export const GROUPS: readonly Group[] = ['never_log', 'internal', 'share', 'ask', 'private', 'policy'];

/** A rule without a number is the company's, whatever it says. */
export const groupOf = ({ rule }: RuleView): Group => (rule.id === null ? 'policy' : rule.then);

/** The rule as a person would make it anew. */
export function anew(rule: Rule): NewRule {
  const { then, level, expires_at, reason } = rule;
  return { about: aboutOf(rule), then, reason, ...(level && { level }), ...(expires_at !== null && { expires_at }) };
}

function aboutOf(rule: Rule): AboutArgs {
  if (rule.kind === 'contact' || rule.kind === 'company') return { kind: rule.kind, ...rule.value };
  return { kind: rule.kind, value: rule.value } as AboutArgs;
}
