// Pages and who may see them. The server answers unknown paths with index.html, so addresses are plain.
import { createRouter, createWebHistory, type RouteLocationRaw } from 'vue-router';
import { useSession } from './stores/session';

declare module 'vue-router' {
  interface RouteMeta {
    public?: boolean;
    needs?: 'supervisor' | 'agent';
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/login', name: 'login', component: () => import('./pages/LoginPage.vue'), meta: { public: true } },
    { path: '/agent', name: 'agent', component: () => import('./pages/AgentPage.vue'), meta: { needs: 'agent' } },
    { path: '/board', name: 'board', component: () => import('./pages/BoardPage.vue'), meta: { needs: 'supervisor' } },
    { path: '/calls', name: 'calls', component: () => import('./pages/CallsPage.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
    { path: '/', name: 'home', component: { render: () => null } }, // beforeEach leads on to the user's first page
  ],
});

router.beforeEach((to): RouteLocationRaw | boolean => {
  const session = useSession();
  if (!session.known) return false; // App goes on to the same address when it is known who asks
  if (!session.session) {
    if (to.meta.public) return true;
    return { name: 'login', query: to.name === 'home' ? {} : { next: to.fullPath } };
  }
  if (to.meta.public || to.name === 'home') return { name: session.home };
  if (to.meta.needs === 'supervisor' && !session.supervises) return { name: session.home };
  if (to.meta.needs === 'agent' && !session.session.agent) return { name: session.home };
  return true;
});
