/** What sensitive pieces of a mail are called. */
import type { SensitiveKind } from '../../gen/api';
import { m } from '../../paraglide/messages.js';

export const SENSITIVE_WORDS: Record<SensitiveKind, () => string> = {
  card: m.sensitive_card,
  my_number: m.sensitive_my_number,
  bank_account: m.sensitive_bank_account,
  password: m.sensitive_password,
  code: m.sensitive_code,
  health: m.sensitive_health,
};
