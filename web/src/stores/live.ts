// What is so at this moment, told by the WebSocket /api/v1/live. After any doubt (lost connection, server restart, a
// laptop that slept) the page reconnects and the server's hello replaces everything.
import { defineStore } from 'pinia';
import { computed, markRaw, reactive, ref, shallowRef } from 'vue';
import { api } from '@/api/client';
import type { AgentView, LiveMessage, QueueView } from '@/api/types';
import { learnServerTime, refreshNow, serverNowMs, toMs } from '@/lib/clock';
import { QueueHistory } from '@/lib/history';
import { useSession } from './session';

export type Connection = 'off' | 'connecting' | 'open' | 'lost';

const firstRetryMs = 500;
const longestRetryMs = 10_000;
const silenceMs = 20_000; // after this long without a message the server is asked whether it is there
const checkEveryMs = 5_000;
const sleptMs = 20_000; // a check that comes this late means that the machine slept

export const useLive = defineStore('live', () => {
  const session = useSession();
  const connection = ref<Connection>('off');
  const everOpen = ref(false);
  const closing = ref(false);
  const retryAtMs = ref(0); // browser clock
  const helloCount = ref(0);
  const queues = reactive(new Map<number, QueueView>());
  const agents = reactive(new Map<number, AgentView>());
  const me = shallowRef<AgentView>();
  const history = markRaw(new QueueHistory());
  const historyVersion = ref(0);

  let socket: WebSocket | undefined;
  let wanted = false;
  let tries = 0;
  let heardAt = 0;
  let checkedAt = 0;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let checkTimer: ReturnType<typeof setInterval> | undefined;

  function takeQueue(view: QueueView, nowMs: number): void {
    queues.set(view.id, view);
    history.add(view, nowMs);
    historyVersion.value += 1;
  }

  function takeAgent(view: AgentView): void {
    if (session.supervises) agents.set(view.id, view);
    if (view.id === session.session?.agent) me.value = view;
  }

  function take(message: LiveMessage): void {
    learnServerTime(message.now);
    const nowMs = toMs(message.now);
    if (message.type === 'hello') {
      queues.clear();
      agents.clear();
      for (const view of message.board?.queues ?? []) takeQueue(view, nowMs);
      for (const view of message.board?.agents ?? []) takeAgent(view);
      if (message.agent) takeAgent(message.agent);
      connection.value = 'open';
      everOpen.value = true;
      closing.value = false;
      tries = 0;
      helloCount.value += 1;
    } else if (message.type === 'closing') {
      closing.value = true;
    }
    if (message.type === 'queue' && message.queue) takeQueue(message.queue, nowMs);
    if (message.type === 'agent' && message.agent) takeAgent(message.agent);
    refreshNow();
  }

  function drop(): void {
    const old = socket;
    socket = undefined;
    if (!old) return;
    old.onopen = old.onmessage = old.onclose = old.onerror = null;
    old.close();
  }

  async function retryLater(): Promise<void> {
    drop();
    if (!wanted) return;
    connection.value = 'lost';
    const wait = Math.min(longestRetryMs, firstRetryMs * 2 ** tries) * (0.75 + Math.random() * 0.5);
    tries += 1;
    retryAtMs.value = Date.now() + wait;
    clearTimeout(retryTimer);
    retryTimer = setTimeout(() => void retryNow(), wait);
    // A refused WebSocket does not say why; the session does. 401 leads to the log-in page.
    await session.load().catch(() => undefined);
  }

  function connect(): void {
    drop();
    heardAt = Date.now();
    const opened = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/live`);
    socket = opened;
    opened.onmessage = (event: MessageEvent<string>) => {
      heardAt = Date.now();
      take(JSON.parse(event.data) as LiveMessage);
    };
    opened.onclose = () => void retryLater();
  }

  function retryNow(): void {
    clearTimeout(retryTimer);
    if (!wanted) return;
    retryAtMs.value = 0;
    connect();
  }

  async function check(): Promise<void> {
    const now = Date.now();
    const slept = now - checkedAt > sleptMs && !document.hidden;
    checkedAt = now;
    if (!socket || connection.value === 'lost') return;
    if (slept) {
      retryNow();
    } else if (now - heardAt > silenceMs) {
      const asked = socket;
      const there = await api.reachable();
      if (socket !== asked) return;
      if (there && connection.value === 'open') heardAt = Date.now();
      else void retryLater();
    }
  }

  function onSeen(): void {
    if (!document.hidden) void check();
  }

  function onOffline(): void {
    void retryLater();
  }

  function start(): void {
    if (wanted) return;
    wanted = true;
    tries = 0;
    connection.value = 'connecting';
    checkedAt = Date.now();
    checkTimer = setInterval(() => void check(), checkEveryMs);
    window.addEventListener('online', retryNow);
    window.addEventListener('offline', onOffline);
    document.addEventListener('visibilitychange', onSeen);
    connect();
  }

  function stop(): void {
    wanted = false;
    clearTimeout(retryTimer);
    clearInterval(checkTimer);
    window.removeEventListener('online', retryNow);
    window.removeEventListener('offline', onOffline);
    document.removeEventListener('visibilitychange', onSeen);
    drop();
    connection.value = 'off';
    everOpen.value = false;
    queues.clear();
    agents.clear();
    me.value = undefined;
    history.clear();
  }

  const queueList = computed(() => [...queues.values()].sort((a, b) => a.id - b.id));
  const agentList = computed(() => [...agents.values()]);

  return {
    connection, everOpen, closing, retryAtMs, helloCount, queues, agents, me, queueList, agentList,
    history, historyVersion, start, stop, retryNow, serverNowMs,
  };
});
