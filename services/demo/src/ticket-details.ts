import type { RegistryServiceService, Ticket } from '@omnigate/contracts';
import type { Client } from '@omnigate/rpc';
import { orderedNames } from '@omnigate/ticket-form';

/** A text in both languages. */
export interface Bilingual {
  zh: string;
  en: string;
}

/** What a ticket type and the fields of its form are called. */
export interface TypeTexts {
  title: Bilingual;
  /** In the order for people. */
  fields: Map<string, FieldTexts>;
}

interface FieldTexts {
  title: Bilingual;
  /** Of the values that it may have, by value; empty where any may be written. */
  labels: Map<string, Bilingual>;
}

/** Reads the texts of a tenant's ticket types, by the type's name. */
export type FormTexts = (tenantId: string) => Promise<Map<string, TypeTexts>>;

interface TicketTypeSpec {
  title: Bilingual;
  form?: {
    required?: string[];
    properties?: Record<string, { title?: Partial<Bilingual>; labels?: Record<string, Bilingual> }>;
  };
}

/**
 * Reads titles from the directory.
 *
 * @param registry the directory.
 */
export function createFormTexts(registry: Client<RegistryServiceService>): FormTexts {
  return async (tenantId) => {
    const { resources } = await registry.snapshotResources({ kind: 'TicketType' }, { tenantId });
    return new Map(
      resources.map(({ metadata, spec }) => [
        metadata?.name ?? '',
        typeTexts(spec as unknown as TicketTypeSpec),
      ]),
    );
  };
}

function typeTexts({ title, form }: TicketTypeSpec): TypeTexts {
  const { required = [], properties = {} } = form ?? {};
  const fields = orderedNames({ required, properties }).map((name): [string, FieldTexts] => {
    const { title, labels = {} } = properties[name] ?? {};
    return [
      name,
      { title: { zh: title?.zh ?? name, en: title?.en ?? name }, labels: new Map(Object.entries(labels)) },
    ];
  });
  return { title, fields: new Map(fields) };
}

/**
 * What a ticket says, in the words of its form.
 *
 * @param ticket the ticket.
 * @param texts of the tenant's types; a type that is gone shows its names.
 */
export function ticketDetails(
  ticket: Pick<Ticket, 'type' | 'form'>,
  texts: Map<string, TypeTexts>,
): { title: Bilingual; details: { label: Bilingual; value: Bilingual }[] } {
  const { type, form = {} } = ticket;
  const known = texts.get(type);
  const names = new Set([...(known?.fields.keys() ?? []), ...Object.keys(form)]);
  const told = [...names].filter((name) => Object.hasOwn(form, name));
  const details = told.map((name) => {
    const value: unknown = form[name];
    const field = known?.fields.get(name);
    const written = typeof value === 'string' ? value : JSON.stringify(value);
    return { label: field?.title ?? same(name), value: field?.labels.get(written) ?? same(written) };
  });
  return { title: known?.title ?? same(type), details };
}

const same = (text: string): Bilingual => ({ zh: text, en: text });
