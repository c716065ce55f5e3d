export { type Config, configSchema } from './config';
export { schemas } from './databases';
export { createOmnigate, type Omnigate, type OmnigateOptions } from './omnigate';
