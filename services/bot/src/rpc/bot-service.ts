import {
  type AskRequest,
  type AskResponse,
  type Utterance as AskUtterance,
  type BotAction,
  BotServiceService,
  HandoffPacket,
  type Media,
  Media as MediaCodec,
  Mood,
  PartyRole,
  Urgency,
} from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { type CallContext, defineService, type RpcService } from '@omnigate/rpc';
import { beginSpan, failSpan, SpanKind } from '@omnigate/runtime';
import type { BotContext } from '../context';
import type { Action, BotResult, HandoffPacket as EnginePacket } from '../domain/bot-result';
import type { Picture } from '../domain/picture';
import type { TurnInput, Utterance } from '../domain/turn-input';
import { answerMany } from './answer-many';
import { toEvidence } from './evidence';

const defaultMaxCharacters = 2_000;
const maxRequests = 100;
const tooMany = { field: 'requests', description: `must be at most ${maxRequests}` };

const moods = { CALM: Mood.MOOD_CALM, UNHAPPY: Mood.MOOD_UNHAPPY, ANGRY: Mood.MOOD_ANGRY };
const urgencies = { LOW: Urgency.URGENCY_LOW, NORMAL: Urgency.URGENCY_NORMAL, HIGH: Urgency.URGENCY_HIGH };

/**
 * BotService: answers from the tenant's knowledge.
 *
 * @param context what the bot works with.
 * @returns the service.
 */
export function createBotService(context: BotContext): RpcService {
  const asking = ['owner', 'admin', 'supervisor', 'agent', 'service', 'operator'] as const;
  return defineService(
    BotServiceService,
    { ask: asking, askMany: asking },
    {
      ask: (request, ctx) => ask(context, request, ctx),
      askMany({ requests }, ctx) {
        if (requests.length > maxRequests) throw new AppError('INVALID_ARGUMENT', {}, { fields: [tooMany] });
        return answerMany(requests, (request) => ask(context, request, ctx));
      },
    },
  );
}

async function ask(context: BotContext, request: AskRequest, ctx: CallContext): Promise<AskResponse> {
  const { tenantId } = ctx.identity;
  await context.knowledge.ready(tenantId);
  const thought = await think(context, tenantId, request, ctx.traceparent);
  const maxCharacters = request.maxCharacters || defaultMaxCharacters;
  const result = await context.ownData.complete(thought, { ...request, maxCharacters }, { ...ctx, tenantId });
  if (request.conversationId !== '' && request.turnId !== '') {
    context.record({
      tenantId,
      conversationId: request.conversationId,
      turnId: request.turnId,
      evidence: JSON.stringify(toEvidence(result.evidence)),
      unresolved: result.unresolved,
    });
  }
  return toResponse(result, request.explain);
}

async function think(
  context: BotContext,
  tenantId: string,
  request: AskRequest,
  traceparent: string | undefined,
): Promise<BotResult> {
  const span = traceparent ? beginSpan('think', SpanKind.INTERNAL, traceparent) : undefined;
  try {
    const result = await context.thinker.think(tenantId, toInput(request, context.clock()));
    span?.end();
    return result;
  } catch (error) {
    failSpan(span, error);
    throw error;
  }
}

function toInput(request: AskRequest, now: Date): TurnInput {
  return {
    messages: request.utterances.map(toUtterance),
    ...(request.openCount > 0 && { openCount: request.openCount }),
    locale: request.locale,
    limits: { maxCharacters: request.maxCharacters || defaultMaxCharacters, menu: request.menu },
    dialogueState: request.dialogueState,
    now: now.getTime(),
    explain: request.explain,
    ...(request.audience !== '' && { audience: request.audience }),
    ...(request.customer && { customer: request.customer }),
    ...(request.timeZone !== '' && { timeZone: request.timeZone }),
  };
}

function toUtterance({ role, text, choiceId, media }: AskUtterance): Utterance {
  // Notices of the system are Omnigate's words too, never the customer's.
  if (role === PartyRole.PARTY_ROLE_BOT || role === PartyRole.PARTY_ROLE_SYSTEM) return { role: 'bot', text };
  if (role === PartyRole.PARTY_ROLE_AGENT) return { role: 'agent', text };
  return {
    role: 'customer',
    text,
    ...(choiceId !== '' && { choiceId }),
    ...(media.length > 0 && { pictures: media.map(toPicture) }),
  };
}

/** Without its size and caption: the caption is the utterance's text. */
const toPicture = ({ providerUrl, providerMediaId, mediaId, contentType, fileName }: Media): Picture => ({
  ...{ providerUrl, providerMediaId, mediaId, contentType, fileName },
});

function toResponse(result: BotResult, explain: boolean): AskResponse {
  return {
    actions: result.actions.map(toAction),
    dialogueState: result.dialogueState,
    evidence: explain ? toEvidence(result.evidence) : undefined,
  };
}

function toAction(action: Action): BotAction {
  switch (action.kind) {
    case 'reply':
      return { kind: { $case: 'reply', value: { text: action.text, articles: action.articleNames } } };
    case 'clarify':
      return { kind: { $case: 'clarify', value: { text: action.text, options: action.options } } };
    case 'hand_over': {
      const { reason, notice, language } = action;
      return {
        kind: {
          $case: 'handOver',
          value: { reason, notice, language, packet: toPacket(action.packet, reason) },
        },
      };
    }
    case 'create_ticket': {
      const { type, form, summary, language } = action;
      const media = action.pictures.map((picture) => MediaCodec.fromPartial(picture));
      return { kind: { $case: 'createTicket', value: { type, form, summary, media, language } } };
    }
    case 'resolve':
      return { kind: { $case: 'resolve', value: {} } };
  }
}

function toPacket(packet: EnginePacket, reason: string): HandoffPacket {
  return HandoffPacket.fromPartial({
    wants: packet.wants,
    facts: packet.facts,
    tried: packet.tried,
    openQuestions: packet.openQuestions,
    mood: moods[packet.mood],
    urgency: urgencies[packet.urgency],
    reason,
  });
}
