/** What was looked at before a mail came where it is (`domain::judge`). */
import type { CheckName, Evidence, Triage, WhyStep } from '../../gen/api';
import type { Told } from './sample';

const CHECKS: readonly CheckName[] = [
  ...(['policy_never_log', 'never_log', 'target', 'internal', 'automated', 'match'] as const),
  ...(['private_rule', 'private_thread', 'look', 'ask_rule', 'share_rule', 'mode'] as const),
];

/** What was looked at, until one check ended it. */
export function stepsOf({ who, asks = [], outgoing }: Told, triage: Triage): WhyStep[] {
  const ends = triage.triage === 'excluded' ? triage.why.reason.replace('not_a_', '') : triage.triage === 'unmatched' ? 'match' : 'mode';
  const looked = CHECKS.slice(0, CHECKS.indexOf(ends as CheckName) + 1);
  const evidence: Evidence = { field: outgoing ? 'to' : 'from', value: who.address };
  return looked.map((check) => {
    const wins = check === ends && triage.triage !== 'unmatched';
    const applies = wins || (check === 'match' && triage.triage === 'matched') || (check === 'look' && asks.length > 0);
    const rule = triage.triage === 'excluded' && triage.why.reason === 'never_log' && wins ? triage.why.rule : null;
    return { check, applies, wins, rule, evidence: applies && (check === 'match' || rule) ? evidence : null };
  });
}
