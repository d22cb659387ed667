// A value kept in this browser under "seatline.<name>"; where storage is refused it lasts until the page is closed.
import { ref, watch, type Ref } from 'vue';

export function keptRef<T>(name: string, first: T, storage: Storage = localStorage): Ref<T> {
  const key = `seatline.${name}`;
  let value = first;
  try {
    const text = storage.getItem(key);
    if (text !== null) value = JSON.parse(text) as T;
  } catch {
    value = first;
  }
  const kept = ref(value) as Ref<T>;
  watch(kept, (now) => {
    try {
      storage.setItem(key, JSON.stringify(now));
    } catch {
      // See above.
    }
  });
  return kept;
}
