import type { Content } from '@omnigate/contracts';
import type { Push } from './push';

/** Names of events; those that open a window are in the manifest's reply rules. */
export const eventName = {
  subscribed: 'subscribed',
  unsubscribed: 'unsubscribed',
  scanned: 'qr-scanned',
  menuClick: 'menu-click',
  menuScan: 'menu-scan',
} as const;

interface Reading {
  name: string;
  detail(push: Push): string;
}

const key = (push: Push): string => push.field('eventkey');
/** The scene of a QR code; a subscription by one has it with a prefix. */
const scene = (push: Push): string => key(push).replace(/^qrscene_/, '');
const scanned = (push: Push): string => push.inner('scancodeinfo', 'scanresult') || key(push);

/** By the event's lower-case name: WeChat writes some in capitals and others not. */
const readings: Partial<Record<string, Reading>> = {
  subscribe: { name: eventName.subscribed, detail: scene },
  unsubscribe: { name: eventName.unsubscribed, detail: key },
  scan: { name: eventName.scanned, detail: scene },
  location: {
    name: 'location-reported',
    detail: (push) => ['latitude', 'longitude', 'precision'].map(push.field).join(','),
  },
  click: { name: eventName.menuClick, detail: key },
  view: { name: 'menu-view', detail: key },
  view_miniprogram: { name: 'menu-mini-program', detail: key },
  scancode_push: { name: eventName.menuScan, detail: scanned },
  scancode_waitmsg: { name: eventName.menuScan, detail: scanned },
  pic_sysphoto: { name: 'menu-photo', detail: key },
  pic_photo_or_album: { name: 'menu-photo-or-album', detail: key },
  pic_weixin: { name: 'menu-album', detail: key },
  location_select: {
    name: 'menu-location',
    detail: (push) => push.inner('sendlocationinfo', 'label') || key(push),
  },
};

/**
 * Normalises an event. One that is new keeps WeChat's name.
 * @param push of MsgType event
 */
export function eventContent(push: Push): Content {
  const event = push.field('event').toLowerCase();
  const reading = Object.hasOwn(readings, event) ? readings[event] : undefined;
  const name = reading?.name ?? event.replaceAll('_', '-');
  return { kind: { $case: 'event', value: { name, detail: reading?.detail(push) ?? key(push) } } };
}
