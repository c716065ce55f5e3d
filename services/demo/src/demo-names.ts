/** The demo's channels, by name. */
export const channelNames = { web: 'demo-web', wechat: 'demo-wechat' } as const;

/** The demo's workers: what the worker's phone shows and moves is theirs alone. */
export const workerNames = ['demo-li', 'demo-wang'] as const;
