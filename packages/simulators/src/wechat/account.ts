/** The account that a simulator plays. */
export interface WechatAccount {
  appId: string;
  appSecret: string;
  token: string;
  /** Empty: pushes go in plain text. */
  encodingAesKey: string;
  /** Such as gh_7f083739789a. */
  originalId: string;
}
