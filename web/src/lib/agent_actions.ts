// What an agent may do in each state, and by which key. Function keys, because single letters as shortcuts trip users of
// speech input (WCAG 2.1.4) and browsers leave F2, F4, F8 and F9 free.
import type { AgentAction, AgentState } from '@/api/types';

export interface Action {
  action: AgentAction;
  key: string;
  label: string; // below "agent." in the messages
  enabled: boolean;
  look: 'primary' | 'plain' | 'danger';
}

const inCall: AgentState[] = ['ringing', 'dialing', 'talking', 'monitoring'];

export function actionsFor(state: AgentState): Action[] {
  const signedIn = state !== 'signed_out';
  return [
    signedIn
      ? { action: 'sign_out', key: 'F2', label: 'signOut', enabled: true, look: 'plain' }
      : { action: 'sign_in', key: 'F2', label: 'signIn', enabled: true, look: 'primary' },
    {
      action: 'idle', key: 'F4', label: state === 'wrap_up' ? 'endWrapUp' : 'idle',
      enabled: state === 'busy' || state === 'wrap_up', look: 'primary',
    },
    { action: 'busy', key: 'F8', label: 'busy', enabled: signedIn, look: 'plain' },
    { action: 'hang_up', key: 'F9', label: 'hangUp', enabled: inCall.includes(state), look: 'danger' },
  ];
}

/** Busy and sign-out during a call are kept by the server until it ends. */
export function isKept(action: AgentAction, state: AgentState): action is 'busy' | 'sign_out' {
  return (action === 'busy' || action === 'sign_out') && inCall.includes(state);
}
