import { z } from 'zod';
import { bilingual } from './bilingual';
import { isPlainPattern } from './plain-pattern';
import { text } from './text';

const propertyName = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, {
  error: 'must be a name: 1 to 40 of a-z, 0-9 and _, beginning with a letter',
});

/** Which types a keyword says something of. */
const typesOf = {
  enum: ['string'],
  labels: ['string'],
  minLength: ['string'],
  maxLength: ['string'],
  pattern: ['string'],
  format: ['string'],
  minimum: ['integer', 'number'],
  maximum: ['integer', 'number'],
} as const;

const length = z.int().min(0).max(2000);

const propertyFields = z.strictObject({
  type: z.enum(['string', 'integer', 'number', 'boolean']),
  title: bilingual(100),
  ask: bilingual(500).optional(),
  enum: z.array(text(100, 1)).min(1).max(100).optional(),
  labels: z.record(z.string(), bilingual(100)).optional(),
  minLength: length.optional(),
  maxLength: length.optional(),
  pattern: text(100)
    .refine(isPlainPattern, { error: 'must be plain: from ^ to $, without groups' })
    .optional(),
  format: z.enum(['date', 'time']).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});

type PropertyFields = z.infer<typeof propertyFields>;

/** What is wrong with a property whose fields are right each by itself: member, description. */
const propertyProblems = (property: PropertyFields): [string[], string][] => {
  const misplaced = Object.entries(typesOf)
    .filter(([keyword, types]) => keyword in property && !types.some((type) => type === property.type))
    .map(([keyword, types]): [string[], string] => [[keyword], `is for type ${types.join(' or ')} only`]);
  const { enum: values, labels, minLength = 0, maxLength = 2000, minimum, maximum } = property;
  const unknown = Object.keys(labels ?? {}).filter((value) => !values?.includes(value));
  return [
    ...misplaced,
    ...unknown.map((value): [string[], string] => [['labels', value], 'is not in enum']),
    ...(new Set(values).size < (values?.length ?? 0)
      ? [[['enum'], 'has a value twice'] as [string[], string]]
      : []),
    ...(minLength > maxLength ? [[['maxLength'], 'must not be below minLength'] as [string[], string]] : []),
    ...(minimum !== undefined && maximum !== undefined && minimum > maximum
      ? [[['maximum'], 'must not be below minimum'] as [string[], string]]
      : []),
  ];
};

const property = propertyFields.superRefine((value, context) => {
  for (const [path, message] of propertyProblems(value)) context.addIssue({ code: 'custom', path, message });
});

const properties = z
  .record(propertyName, property)
  .refine((value) => Object.keys(value).length > 0, { error: 'must have at least one property' })
  .refine((value) => Object.keys(value).length <= 30, { error: 'must have at most 30 properties' });

/** spec.form of a TicketType: the subset of JSON Schema that docs/resources.md describes. */
export const formSchema = z
  .strictObject({
    type: z.literal('object').default('object'),
    required: z.array(z.string()).max(30).default([]),
    properties,
  })
  .superRefine((form, context) => {
    form.required.forEach((name, index) => {
      const path = ['required', index];
      const wanted = Object.hasOwn(form.properties, name) ? form.properties[name] : undefined;
      if (!wanted) context.addIssue({ code: 'custom', path, message: 'is not one of properties' });
      else if (form.required.indexOf(name) < index)
        context.addIssue({ code: 'custom', path, message: 'stands twice' });
      else if (!wanted.ask)
        context.addIssue({
          code: 'custom',
          path: ['properties', name, 'ask'],
          message: 'is required for what the form requires',
        });
    });
  });
