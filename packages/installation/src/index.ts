export { type Addresses, announce, progress } from './announce';
export { installationFields } from './config-fields';
export { type Credentials, credentialsPath, ownerKey, writeCredentials } from './credentials';
export { encryptionKey, lockDataFolder, serviceKey } from './data-folder';
export { applyDemoOnce, type DemoOptions } from './demo';
export { isLoopbackAddress, isLoopbackUrl } from './loopback-url';
