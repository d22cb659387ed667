// Who is logged in, and the tenant's directory of names.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { api, ApiError, setCsrfToken } from '@/api/client';
import type { AgentInfo, DirectoryView, LogIn, SessionView } from '@/api/types';
import { i18n } from '@/i18n';

export const useSession = defineStore('session', () => {
  const session = shallowRef<SessionView>();
  const directory = shallowRef<DirectoryView>();
  const known = ref(false); // whether there is a session has been found out
  const ended = ref(false); // the server forgot a session that this page had

  function take(view: SessionView): void {
    session.value = view;
    ended.value = false;
    setCsrfToken(view.csrf_token);
  }

  function forget(becauseEnded: boolean): void {
    ended.value = becauseEnded && session.value !== undefined;
    session.value = undefined;
    directory.value = undefined;
    setCsrfToken('');
  }

  /** Finds out whether this browser is logged in. Throws when the server can't be asked. */
  async function load(): Promise<void> {
    try {
      take(await api.session());
      known.value = true;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      forget(true);
      known.value = true;
    }
  }

  async function loadDirectory(): Promise<void> {
    directory.value = await api.directory();
  }

  async function logIn(form: LogIn): Promise<void> {
    take(await api.logIn(form));
  }

  async function logOut(): Promise<void> {
    try {
      await api.logOut();
    } finally {
      forget(false);
    }
  }

  const supervises = computed(() => session.value?.role === 'supervisor' || session.value?.role === 'admin');
  const zone = computed(() => session.value?.time_zone ?? 'Asia/Shanghai');
  const home = computed(() => (supervises.value ? 'board' : session.value?.agent ? 'agent' : 'calls'));

  const agents = computed(() => new Map((directory.value?.agents ?? []).map((agent) => [agent.id, agent])));
  const queues = computed(() => new Map((directory.value?.queues ?? []).map((queue) => [queue.id, queue])));
  const trunks = computed(() => new Map((directory.value?.trunks ?? []).map((trunk) => [trunk.id, trunk])));

  function agentText(id: number | undefined): string {
    if (!id) return '';
    const agent: AgentInfo | undefined = agents.value.get(id);
    return agent ? `${agent.number} ${agent.name}`.trim() : `#${id}`;
  }

  function queueText(id: number | undefined): string {
    return id ? (queues.value.get(id)?.name ?? `#${id}`) : '';
  }

  function trunkText(id: number): string {
    return trunks.value.get(id)?.name ?? `#${id}`;
  }

  function reasonText(code: string): string {
    const reason = directory.value?.busy_reasons.find((one) => one.code === code);
    // Not one of the center's own reasons: the system set the agent busy because an offer failed.
    if (!reason) return i18n.global.te(`outcome.${code}`) ? i18n.global.t(`outcome.${code}`) : code;
    return (i18n.global.locale.value === 'en' ? reason.name_en : reason.name_zh) || code;
  }

  return {
    session, directory, known, ended, supervises, zone, home, agents, queues, trunks,
    load, loadDirectory, logIn, logOut, forget, agentText, queueText, trunkText, reasonText,
  };
});
