export { type Addresses, announce, progress } from './announce';
export { type Credentials, credentialsPath, ownerKey, writeCredentials } from './credentials';
export { encryptionKey, lockDataFolder, serviceKey } from './data-folder';
export { applyDemoOnce, type DemoOptions } from './demo';
