export { type AnalyticsDeps, createAnalytics } from './app';
export { analyticsSchema } from './schema';
