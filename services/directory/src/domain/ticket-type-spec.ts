import type { TicketTypeSpec } from '@omnigate/ticket-form';
import { type ZodType, z } from 'zod';
import { bilingual, phrases } from './bilingual';
import { formSchema } from './form-schema';
import { resourceName, text } from './text';

const hours = z.number().min(0.01).max(8760);

const dispatchRule = z
  .strictObject({
    buildings: z.array(text(100, 1)).min(1).max(500).optional(),
    worker: resourceName.optional(),
    skill: text(100, 1).optional(),
  })
  .refine((rule) => (rule.worker === undefined) !== (rule.skill === undefined), {
    error: 'must have worker or skill, one of both',
  });

/** spec of a TicketType. */
export const ticketTypeSpec: ZodType<TicketTypeSpec> = z
  .strictObject({
    title: bilingual(100),
    keywords: phrases(50),
    examples: phrases(500),
    form: formSchema,
    building: z.string().optional(),
    dispatch: z.array(dispatchRule).max(100).default([]),
    due_hours: hours.default(72),
    escalate_to: resourceName.optional(),
    auto_close_hours: hours.default(72),
    confirm: bilingual(500).optional(),
  })
  .refine(
    ({ building, form }) =>
      building === undefined ||
      (Object.hasOwn(form.properties, building) && form.properties[building]?.type === 'string'),
    { path: ['building'], error: 'must be a property of the form, of type string' },
  )
  .superRefine(({ building, dispatch }, context) => {
    dispatch.forEach((rule, index) => {
      if (rule.buildings !== undefined && building === undefined)
        context.addIssue({
          code: 'custom',
          path: ['dispatch', index, 'buildings'],
          message: 'needs spec.building: the property that is the building',
        });
    });
  });
