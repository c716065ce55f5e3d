import type { ChannelAdapter } from '@omnigate/channel-kit';
import { smsTwilio } from './sms-twilio/adapter';

/** Every channel type that this service has. A new one is one line here. */
export const channels: readonly ChannelAdapter[] = [smsTwilio];
