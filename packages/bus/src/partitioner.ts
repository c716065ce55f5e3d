const seed = 0x9747b28c;
const multiplier = 0x5bd1e995;

/**
 * MurmurHash2, 32 bits, as Kafka's Java client and kafkajs compute it.
 * Source: org.apache.kafka.common.utils.Utils.murmur2.
 * @param data the bytes of a key
 * @returns a signed 32-bit integer
 */
export function murmur2(data: Uint8Array): number {
  const length = data.length;
  let h = seed ^ length;
  const words = length - (length % 4);
  for (let i = 0; i < words; i += 4) {
    let k = at(data, i) | (at(data, i + 1) << 8) | (at(data, i + 2) << 16) | (at(data, i + 3) << 24);
    k = Math.imul(k, multiplier);
    k ^= k >>> 24;
    h = Math.imul(h, multiplier) ^ Math.imul(k, multiplier);
  }
  return finish(h, data, words);
}

function finish(hash: number, data: Uint8Array, words: number): number {
  let h = hash;
  const rest = data.length - words;
  if (rest >= 3) h ^= at(data, words + 2) << 16;
  if (rest >= 2) h ^= at(data, words + 1) << 8;
  if (rest >= 1) h = Math.imul(h ^ at(data, words), multiplier);
  h = Math.imul(h ^ (h >>> 13), multiplier);
  return h ^ (h >>> 15);
}

function at(data: Uint8Array, index: number): number {
  return data[index] as number;
}

/**
 * The partition of a key, as the Kafka driver's default partitioner chooses it.
 * @param key the record's key, as UTF-8
 * @param partitions how many the topic has
 */
export function partitionOf(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}
