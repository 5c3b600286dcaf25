export type { Dashboard } from './dashboard.js';
export type { ChangeableLimit, DashboardOptions } from './dashboard-options.js';
export type { DashboardService } from './dashboard-service.js';
export { serveDashboard } from './serve-dashboard.js';
