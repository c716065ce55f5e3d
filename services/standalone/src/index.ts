export { type Config, configSchema } from './config';
export { lockDataFolder } from './data-folder';
export { schemas } from './databases';
export { type Addresses, createOmnigate, type Omnigate, type OmnigateOptions } from './omnigate';
