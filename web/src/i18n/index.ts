// The page's language: Chinese unless this browser has chosen otherwise. Messages are compiled to a tree and
// interpreted (vue-i18n's only mode since v10), so no code is made from strings and a strict CSP holds.
import elementEn from 'element-plus/es/locale/lang/en.mjs';
import elementZh from 'element-plus/es/locale/lang/zh-cn.mjs';
import { computed } from 'vue';
import { createI18n } from 'vue-i18n';
import { en } from './en';
import { zhCN } from './zh-CN';

export type Language = 'zh-CN' | 'en';
export const languages: { code: Language; name: string }[] = [
  { code: 'zh-CN', name: '中文' },
  { code: 'en', name: 'English' },
];

const kept = 'seatline.language';

function firstLanguage(): Language {
  try {
    return localStorage.getItem(kept) === 'en' ? 'en' : 'zh-CN';
  } catch {
    return 'zh-CN';
  }
}

export const i18n = createI18n({
  legacy: false,
  locale: firstLanguage(),
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zhCN, en },
});

document.documentElement.lang = i18n.global.locale.value;

export function setLanguage(language: Language): void {
  i18n.global.locale.value = language;
  document.documentElement.lang = language;
  try {
    localStorage.setItem(kept, language);
  } catch {
    // Private windows may refuse storage; the language then lasts until the page is closed.
  }
}

export const elementLocale = computed(() => (i18n.global.locale.value === 'en' ? elementEn : elementZh));
