// The server's clock in the page. Timers are computed from `since` and this clock at every paint, never counted up, so
// that a hidden tab (whose timers the browser throttles) or a slept laptop shows the right time at once when it is back.
import { onScopeDispose, readonly, ref, type Ref } from 'vue';
import type { Instant } from '@/api/types';

let offsetMs = 0;
let known = false;

/** Takes a server time that has just arrived. The smallest delay seen wins; a jump of either clock resets it. */
export function learnServerTime(now: Instant): void {
  const seen = Date.parse(now) - Date.now();
  if (!Number.isFinite(seen)) return;
  offsetMs = known && Math.abs(seen - offsetMs) < 1500 ? Math.max(seen, offsetMs) : seen;
  known = true;
}

export function serverNowMs(): number {
  return Date.now() + offsetMs;
}

export function toMs(instant: Instant): number {
  return Date.parse(instant);
}

const paintEveryMs = 250; // so that a timer's second is never shown late by more than this
const shown = ref(Date.now());
let users = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

function tick(): void {
  clearTimeout(timer);
  shown.value = serverNowMs();
  if (users > 0) timer = setTimeout(tick, paintEveryMs);
}

/** Paints again at once: after a message with a new server time, or when the tab is seen again. */
export function refreshNow(): void {
  if (users > 0) tick();
}

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) refreshNow();
});

/** The server's time in ms, renewed four times a second while a component uses it. */
export function useNow(): Readonly<Ref<number>> {
  users += 1;
  if (users === 1) tick();
  onScopeDispose(() => {
    users -= 1;
    if (users === 0) clearTimeout(timer);
  });
  return readonly(shown);
}
