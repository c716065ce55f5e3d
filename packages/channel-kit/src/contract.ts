import type { ChannelAdapter } from './adapter';
import type { ChannelFixtures } from './contract/fixtures';
import { describeManifest } from './contract/manifest-contract';
import { describeFetching } from './contract/media-contract';
import { describeReceiving } from './contract/receive-contract';
import { describeSending } from './contract/send-contract';
import { describeWebhooks } from './contract/webhook-contract';

export type {
  ChannelFixtures,
  FileFixture,
  InboundFixture,
  MediaFixture,
  MediaOutcomeFixture,
  ProviderRequestFixture,
  SendFixture,
  SendOutcomeFixture,
} from './contract/fixtures';

/**
 * The contract of every adapter: what it must do is the same for all, how it looks on the wire is in the fixtures, whose
 * payloads and answers are the provider's own and whose signatures are made by other code than the adapter's.
 */
export function describeChannelContract(adapter: ChannelAdapter, fixtures: ChannelFixtures): void {
  describe(`${adapter.manifest.type} as a channel`, () => {
    describeManifest(adapter, fixtures);
    describeReceiving(adapter, fixtures);
    describeWebhooks(adapter, fixtures);
    describeSending(adapter, fixtures);
    describeFetching(adapter, fixtures);
  });
}
