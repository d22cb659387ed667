// An error in plain words of the page's language.
import { ApiError } from '@/api/client';
import { i18n } from '@/i18n';

const known = ['network', 'unauthenticated', 'not_allowed', 'not_found', 'conflict', 'invalid', 'too_many', 'unavailable'];

export function errorText(error: unknown): string {
  const { t } = i18n.global;
  if (!(error instanceof ApiError)) return t('errors.unavailable');
  const code = known.includes(error.code) ? error.code : 'unavailable';
  return t(`errors.${code}`, { n: error.retryAfterS || 30, reason: error.reason });
}
