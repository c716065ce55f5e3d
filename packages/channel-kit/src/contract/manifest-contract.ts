import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import type { ChannelAdapter } from '../adapter';
import { channelTypeOf } from '../manifest';
import type { ChannelFixtures } from './fixtures';

interface ConfigSchema {
  additionalProperties?: boolean;
  properties?: Record<string, { secret?: boolean; description?: string; type?: string }>;
}

/** What a manifest must say. */
export function describeManifest({ manifest }: ChannelAdapter, { channel }: ChannelFixtures): void {
  const schema = manifest.configSchema as ConfigSchema;
  const properties = Object.entries(schema.properties ?? {});

  describe('manifest', () => {
    test('type, title, service and namespace are there', () => {
      expect(manifest.type).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(manifest.addressNamespace).toMatch(/^[a-z]/);
      expect([manifest.title, manifest.adapterService].every((text) => text !== '')).toBe(true);
      expect(manifest.defaultMaxPerSecond).toBeGreaterThan(0);
      expect(channelTypeOf(manifest)).toMatchObject({
        type: manifest.type,
        configSchema: manifest.configSchema,
      });
    });

    test('its schema takes the fixture’s configuration, and nothing unknown', () => {
      const ajv = new Ajv({ strict: false });
      addFormats(ajv);
      const validate = ajv.compile(schema);
      expect([validate(channel.config), validate.errors]).toEqual([true, null]);
      expect(validate({ ...channel.config, no_such_key: 1 })).toBe(false);
    });

    test('every key is described, every secret marked', () => {
      for (const [key, property] of properties)
        expect([key, property.description ?? '']).not.toEqual([key, '']);
      const marked = properties.filter(([, property]) => property.secret).map(([key]) => key);
      expect(marked).toEqual(manifest.secrets);
    });

    test('its reply rules open windows, each after something else', () => {
      const { replyRules = [] } = manifest;
      const lasting = replyRules.filter((rule) => rule.windowSeconds >= 0 && rule.maxMessages >= 0);
      expect(lasting).toEqual(replyRules);
      expect(new Set(replyRules.map((rule) => rule.after)).size).toBe(replyRules.length);
      for (const { after } of replyRules) expect(after).toMatch(/^[a-z][a-z0-9-]*$/);
    });

    test('api_base_url can be set', () => {
      expect(properties.map(([key]) => key)).toContain('api_base_url');
    });
  });
}
