import { customerOf } from './generator';
import type { Load, Mix } from './load';
import type { Channel, Stage } from './stage';

/**
 * Texts by Twilio's webhooks.
 *
 * @param stage the stage.
 * @param name the channels' name.
 * @param channels customers are spread over them.
 * @returns the load.
 */
export function smsLoad(stage: Stage, name: string, channels: Channel[]): Load {
  const customers = 10_000;
  return {
    kind: 'sms',
    channel: name,
    customers,
    customerOf: ({ prefix }, index) => customerOf({ prefix, customers }, index),
    async begin() {
      await stage.sends();
    },
    send: ({ prefix, ratePerSecond, total }) =>
      stage.run({ channels, customers, prefix, connections: 128, ratePerSecond, total }),
    answers: () => stage.sends(),
    close: () => {},
  };
}

/** Nothing but SMS. */
export const onlySms = (stage: Stage, name: string, channels: Channel[]): Mix => [
  { load: smsLoad(stage, name, channels), share: 1 },
];
