import { HAN_NUMERALS, numberOf } from './numerals';

/** Where something is, as far as a text says it. */
export interface Place {
  building?: string;
  unit?: string;
  room?: string;
}

const NUMBER = `\\d{1,3}|[${HAN_NUMERALS}]{1,4}`;
/** `3-2-501`: building, unit, room. */
const THREE = /(?<![\dA-Za-z-])(\d{1,3}|[A-Za-z])-(\d{1,2})-(\d{2,5})(?![\d-])/;
/** `3-501`: building, room. */
const TWO = /(?<![\dA-Za-z-])(\d{1,3}|[A-Za-z])-(\d{3,5})(?![\d-])/;
const BUILDING_ZH = new RegExp(`([A-Za-z]|${NUMBER})\\s*(?:号楼|号栋|栋|幢|座|#楼?)`);
const BUILDING_EN =
  /\b(?:building|block|bldg\.?|tower)\s*(?:no\.?|number|#)?\s*(\d{1,3}[A-Za-z]?|[A-Za-z])(?![\dA-Za-z])/i;
const UNIT_ZH = new RegExp(`([A-Za-z]|${NUMBER})\\s*单元`);
const UNIT_EN = /\bunit\s*(?:no\.?|#)?\s*(\d{1,2}|[A-Za-z])(?![\dA-Za-z])/i;
const ROOM_ZH = new RegExp(`(\\d{2,5}[A-Za-z]?|[${HAN_NUMERALS}]{2,6})\\s*(?:号房(?!间)|室|房(?!间))`);
/** Behind the building or the unit a number needs no more: `3号楼501`. */
const ROOM_BEHIND =
  /(?:号楼|号栋|栋|幢|座|#楼?|单元)\s*[,，、-]?\s*(\d{3,5}[A-Za-z]?)(?![\d.]|\s*(?:单元|号楼|栋|幢|座|元|块))/;
const ROOM_EN =
  /\b(?:room|rm\.?|apartment|apt\.?|flat|suite|unit)\s*(?:no\.?|number|#)?\s*([A-Za-z]?\d{2,5}[A-Za-z]?)(?![\dA-Za-z])/i;

/** `三` is 3, `a` is A. */
function plain(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const number = numberOf(text);
  return number === undefined ? text.toUpperCase() : String(number);
}

const first = (text: string, ...patterns: RegExp[]): string | undefined => {
  for (const pattern of patterns) {
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return plain(found);
  }
  return undefined;
};

/**
 * Reads building, unit and room: `3号楼2单元501`, `三栋`, `3-2-501`, `Building 3, room 501`.
 *
 * @param text in NFKC
 */
export function placeIn(text: string): Place {
  const three = THREE.exec(text);
  if (three) return placeOf(three[1], three[2], three[3]);
  const building = first(text, BUILDING_ZH, BUILDING_EN);
  const two = building === undefined ? TWO.exec(text) : null;
  if (two) return placeOf(two[1], undefined, two[2]);
  return placeOf(building, first(text, UNIT_ZH, UNIT_EN), first(text, ROOM_ZH, ROOM_BEHIND, ROOM_EN));
}

function placeOf(building?: string, unit?: string, room?: string): Place {
  const place = { building: plain(building), unit: plain(unit), room: plain(room) };
  return Object.fromEntries(Object.entries(place).filter(([, value]) => value !== undefined));
}

/**
 * Reads a building, unit or room that was asked for, where it needs no word beside it: `3`, `三号`, `A`, `501`.
 *
 * @param text in NFKC
 * @returns undefined where the text says more than that
 */
export function barePlace(text: string): string | undefined {
  const bare = text
    .trim()
    .replace(/^(?:是|在|我家?住?在?|it'?s|it is)\s*/i, '')
    .replace(/[\s。.,，!！]+$/, '');
  const found =
    /^([A-Za-z]?\d{1,5}[A-Za-z]?|[A-Za-z]|[零〇一二两三四五六七八九十百]{1,6})\s*(?:号|号楼|栋|室|楼)?$/.exec(
      bare,
    );
  return plain(found?.[1]);
}

/** The text without what says the place, for telling whether it says anything else. */
export function withoutPlace(text: string): string {
  return [THREE, TWO, BUILDING_ZH, BUILDING_EN, UNIT_ZH, UNIT_EN, ROOM_ZH, ROOM_EN].reduce(
    (left, pattern) => left.replace(pattern, ' '),
    text.replace(ROOM_BEHIND, (all, room) => all.replace(room, ' ')),
  );
}
