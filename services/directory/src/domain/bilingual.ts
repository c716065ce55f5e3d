import { z } from 'zod';
import { text, trimmed } from './text';

/**
 * A text for people in Chinese, English or both.
 *
 * @param maximum UTF-16 units of each
 * @returns its schema
 */
export const bilingual = (maximum: number) =>
  z
    .strictObject({ zh: trimmed(maximum).optional(), en: trimmed(maximum).optional() })
    .refine((texts) => texts.zh !== undefined || texts.en !== undefined, {
      error: 'must have zh, en or both',
    });

/**
 * Texts to recognise, by their language.
 *
 * @param maximum UTF-16 units of each
 * @returns their schema
 */
export const phrases = (maximum: number) =>
  z
    .strictObject({
      zh: z.array(text(maximum, 1)).max(100).default([]),
      en: z.array(text(maximum, 1)).max(100).default([]),
    })
    .default({ zh: [], en: [] });
