// Pages and who may see them. Addresses are behind # so that any file server can serve the pages.
import { createRouter, createWebHashHistory, type RouteLocationRaw } from 'vue-router';
import { useSession } from './stores/session';

declare module 'vue-router' {
  interface RouteMeta {
    public?: boolean;
    needs?: 'supervisor' | 'agent';
  }
}

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/login', name: 'login', component: () => import('./pages/LoginPage.vue'), meta: { public: true } },
    { path: '/agent', name: 'agent', component: () => import('./pages/AgentPage.vue'), meta: { needs: 'agent' } },
    { path: '/board', name: 'board', component: () => import('./pages/BoardPage.vue'), meta: { needs: 'supervisor' } },
    { path: '/calls', name: 'calls', component: () => import('./pages/CallsPage.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
    { path: '/', name: 'home', redirect: () => ({ name: useSession().home }) },
  ],
});

router.beforeEach((to): RouteLocationRaw | true => {
  const session = useSession();
  if (!session.session) {
    if (to.meta.public) return true;
    return { name: 'login', query: to.path === '/' ? {} : { next: to.fullPath } };
  }
  if (to.meta.public) return { name: session.home };
  if (to.meta.needs === 'supervisor' && !session.supervises) return { name: session.home };
  if (to.meta.needs === 'agent' && !session.session.agent) return { name: session.home };
  return true;
});
