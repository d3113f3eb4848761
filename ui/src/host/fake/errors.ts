/** Errors as the program words them. */
import en from '../../../messages/en.json';
import ja from '../../../messages/ja.json';
import type { Action, ApiError, CertificateInfo, Code } from '../../gen/api';

type Sentence = keyof typeof en;

export function error(code: Code, action: Action, detail = '', certificate: CertificateInfo | null = null): ApiError {
  const [sentence, hint] = [`error_${code}`, `error_${code}_hint`] as [Sentence, Sentence];
  return { code, message: { en: en[sentence], ja: ja[sentence] }, hint: { en: en[hint], ja: ja[hint] }, action, detail, certificate };
}
