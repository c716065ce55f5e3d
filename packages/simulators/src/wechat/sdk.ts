/** Encrypts and signs as WeChat does; made by an SDK of others, so that it is no copy of what is tested. */
export interface WechatCrypto {
  getSignature(token: string, timestamp: string | number, nonce: string | number, encrypted: string): string;
  encrypt(encodingAesKey: string, message: string, appId: string): string;
  decrypt(encodingAesKey: string, encrypted: string): { message: string; id: string };
}

/** The SDK. */
export const wechatCrypto = require('@wecom/crypto') as WechatCrypto;
