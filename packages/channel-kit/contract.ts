// The suite is for tests alone and so is not built; tests find it by this name: '@omnigate/channel-kit/contract'.
export * from './src/contract';
