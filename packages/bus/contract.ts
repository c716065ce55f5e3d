// The suite is for tests alone and so is not built; tests find it by this name: '@omnigate/bus/contract'.
export * from './src/contract';
export { openKafkaProcess, prepareTopics } from './src/testing/kafka-process';
export type { Wires } from './src/testing/wires';
