// Beside routing's other stores, in whose transactions it runs.
export { type OnceRequest, once } from '@omnigate/database';
