/** Stands in for `infra/http/request.ts` as a whole: the errors are the real ones, the network is that of the run. */
export * from '../../infra/http/request.ts';
export { request } from './http.ts';
