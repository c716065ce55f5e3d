import type { RegistryServiceService, Ticket } from '@omnigate/contracts';
import type { Client } from '@omnigate/rpc';

/** A text in both languages. */
export interface Bilingual {
  zh: string;
  en: string;
}

/** What a ticket type and the fields of its form are called. */
export interface TypeTexts {
  title: Bilingual;
  fields: Record<string, Bilingual>;
}

/** Reads the texts of a tenant's ticket types, by the type's name. */
export type FormTexts = (tenantId: string) => Promise<Map<string, TypeTexts>>;

interface TicketTypeSpec {
  title: Bilingual;
  form?: { properties?: Record<string, { title?: Partial<Bilingual> }> };
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
  const fields = Object.entries(form?.properties ?? {}).map(([name, property]): [string, Bilingual] => [
    name,
    { zh: property.title?.zh ?? name, en: property.title?.en ?? name },
  ]);
  return { title, fields: Object.fromEntries(fields) };
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
): { title: Bilingual; details: { label: Bilingual; value: string }[] } {
  const { type, form = {} } = ticket;
  const known = texts.get(type);
  const details = Object.entries(form).map(([name, value]) => ({
    label: known?.fields[name] ?? { zh: name, en: name },
    value: typeof value === 'string' ? value : JSON.stringify(value),
  }));
  return { title: known?.title ?? { zh: type, en: type }, details };
}
