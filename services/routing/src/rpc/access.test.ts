import { ConversationOwner } from '@omnigate/contracts';
import type { CallContext, Identity, Role } from '@omnigate/rpc';
import { newId } from '@omnigate/runtime';
import { createTestDirectory } from '../../testing/directory';
import type { ConversationRow } from '../domain/conversation';
import { tenantsOf } from '../tenants';
import { actingAgent, requireOwnership } from './access';

const directory = createTestDirectory();
const { tenantId, tenant } = directory.addTenant();
const idOf = (name: string): string => tenant.agents.find((agent) => agent.name === name)?.id ?? '';

const callOf = (roles: Role[], agent?: string): CallContext => {
  const identity: Identity = { tenantId, roles, keyName: 'test' };
  const acting = agent === undefined ? {} : { agent, agentId: idOf(agent) };
  return { identity: { ...identity, ...acting }, signal: new AbortController().signal };
};
const { CONVERSATION_OWNER_AGENT, CONVERSATION_OWNER_BOT, CONVERSATION_OWNER_QUEUE } = ConversationOwner;
const heldBy = (agent: string) =>
  ({ owner: CONVERSATION_OWNER_AGENT, agent, agentId: idOf(agent) }) as ConversationRow;
const unowned = (owner: ConversationOwner) => ({ owner, agent: '', agentId: null }) as ConversationRow;

describe('writing in a conversation', () => {
  test.each([
    { name: 'an agent in their own', call: callOf(['agent'], 'ann'), row: heldBy('ann') },
    { name: 'an owner in an agent’s', call: callOf(['owner']), row: heldBy('ann') },
    { name: 'an owner in the bot’s', call: callOf(['owner']), row: unowned(CONVERSATION_OWNER_BOT) },
    {
      name: 'a supervisor who is an agent too',
      call: callOf(['agent', 'supervisor'], 'bob'),
      row: heldBy('ann'),
    },
    { name: 'another service', call: callOf(['service']), row: heldBy('ann') },
  ])('$name may', ({ call, row }) => {
    expect(() => requireOwnership(call, row)).not.toThrow();
  });

  test.each([
    { name: 'in another’s', row: heldBy('ann') },
    { name: 'in the bot’s', row: unowned(CONVERSATION_OWNER_BOT) },
    { name: 'in one that waits', row: unowned(CONVERSATION_OWNER_QUEUE) },
    { name: 'in one that was theirs', row: { ...heldBy('bob'), owner: CONVERSATION_OWNER_QUEUE } },
  ])('an agent $name may not', ({ row }) => {
    expect(() => requireOwnership(callOf(['agent'], 'bob'), row)).toThrow(
      expect.objectContaining({ code: 'NOT_OWNER' }),
    );
  });
});

describe('the acting agent', () => {
  const acting = (call: CallContext, named = '') =>
    actingAgent({ tenants: tenantsOf(directory.cache) }, call, named);

  test('is the key’s own, or the one that an owner names', async () => {
    expect(await acting(callOf(['agent'], 'ann'))).toMatchObject({ id: idOf('ann'), name: 'ann' });
    expect(await acting(callOf(['agent'], 'ann'), 'ann')).toMatchObject({ name: 'ann' });
    expect(await acting(callOf(['owner']), 'bob')).toMatchObject({ id: idOf('bob') });
  });

  test.each([
    { name: 'another agent’s name', call: callOf(['agent'], 'ann'), named: 'bob', code: 'PERMISSION_DENIED' },
    { name: 'a key without an agent and no name', call: callOf(['owner']), named: '', code: 'NOT_FOUND' },
    { name: 'a name that there is not', call: callOf(['owner']), named: 'eve', code: 'NOT_FOUND' },
    {
      name: 'an agent who was deleted',
      call: { ...callOf([]), identity: { ...callOf(['agent']).identity, agent: 'gone', agentId: newId() } },
      named: '',
      code: 'NOT_FOUND',
    },
  ])('$name: $code', async ({ call, named, code }) => {
    await expect(acting(call, named)).rejects.toMatchObject({ code });
  });

  test('is known before word of it has come, since its key is', async () => {
    const old = { ...tenant, agents: [] };
    const behind = { ...directory.cache, tenant: async () => old };
    const call = callOf(['agent'], 'ann');
    expect(await actingAgent({ tenants: tenantsOf(behind) }, call, '')).toMatchObject({ id: idOf('ann') });
  });
});
