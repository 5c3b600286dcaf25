import type { Routes } from '@angular/router';

export const routes: Routes = [
  { path: '', pathMatch: 'full', redirectTo: 'ask' },
  {
    path: 'ask',
    title: 'Ask – rxllm and Angular',
    loadComponent: () => import('./ask/ask').then(({ Ask }) => Ask),
  },
  {
    path: 'batch',
    title: 'Batch – rxllm and Angular',
    loadComponent: () => import('./batch/batch').then(({ Batch }) => Batch),
  },
  {
    path: 'usage',
    title: 'Usage – rxllm and Angular',
    loadComponent: () => import('./usage/usage').then(({ Usage }) => Usage),
  },
];
