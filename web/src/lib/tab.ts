// The browser tab as a signal: title, icon and (where the browser has it) the badge of the installed page.
export function showTab(title: string, ringing: boolean): void {
  document.title = title;
  const icon = document.getElementById('favicon') as HTMLLinkElement | null;
  const wanted = ringing ? '/favicon-ringing.svg' : '/favicon.svg';
  if (icon && icon.getAttribute('href') !== wanted) icon.setAttribute('href', wanted);
  const badge = navigator as Navigator & { setAppBadge?: (n: number) => Promise<void>; clearAppBadge?: () => Promise<void> };
  const done = ringing ? badge.setAppBadge?.(1) : badge.clearAppBadge?.();
  done?.catch(() => undefined); // only installed pages have a badge
}
