import { AppError } from '@omnigate/errors';
import { isText } from './text';

/** So much of a file's beginning is looked at. */
export const headBytes = 64 * 1024;

/** The type of what is kept for download alone. */
export const opaqueType = 'application/octet-stream';

// What an operating system runs. By name too: scripts are texts, and a text has no signature.
const programTypes = new Set([
  'application/x-msdownload',
  'application/x-elf',
  'application/x-mach-binary',
  'application/java-vm',
  'application/java-archive',
  'application/wasm',
  'application/x-ms-shortcut',
  'application/x-ft-apple.alias',
  'application/x-ms-regedit',
  'application/vnd.android.package-archive',
  'application/x-apple-diskimage',
  'application/x-deb',
  'application/x-rpm',
  'application/x-google-chrome-extension',
  'application/x-xpinstall',
]);
const programNames =
  /\.(?:app|bat|chm|cmd|com|cpl|dll|exe|hta|jar|jse?|lnk|msc|msi|pif|ps1|reg|scf|scr|sh|vbe?|vbs|wsf|wsh)$/i;

// What a browser would run if it were served as what it is.
const activeType = /^(?:text\/html|image\/svg\+xml|(?:application|text)\/(?:.*\+)?xml|.*javascript.*)$/;

const officeBefore2007 = /^application\/(?:msword|vnd\.ms-(?:excel|powerpoint|outlook|project)|vnd\.visio)$/;
const textType = /^(?:text\/(?:plain|csv|markdown|calendar|vcard|tab-separated-values)|application\/json)$/;
const soundContainer = /^video\/(mp4|webm|ogg|3gpp|3gpp2)$/;

/**
 * Says what a file is, by its content; what the sender claims only chooses between types that the content allows.
 * @param head its first bytes, at least `headBytes` where it has as many
 * @param o.claimedType media type as the sender claims it
 * @param o.fileName as the sender gave it
 * @returns an IANA type; `application/octet-stream` for pages, SVG, scripts and what is not known
 * @throws AppError MEDIA_TYPE_REFUSED for programs, and for what is claimed to be a picture, sound or film and is none
 */
export async function fileKind(
  head: Buffer,
  { claimedType = '', fileName = '' }: { claimedType?: string; fileName?: string },
): Promise<string> {
  const claimed = bareType(claimedType);
  const found = await foundType(head, claimed);
  if (programTypes.has(found) || programNames.test(fileName)) {
    throw new AppError('MEDIA_TYPE_REFUSED', { reason: 'programs are not taken' });
  }
  if (isLie(claimed, found)) {
    throw new AppError('MEDIA_TYPE_REFUSED', { reason: `the content is not ${familyOf(claimed)}` });
  }
  return activeType.test(found) || activeType.test(claimed) ? opaqueType : found || opaqueType;
}

/** Empty where the content says nothing. */
async function foundType(head: Buffer, claimed: string): Promise<string> {
  const signature = await signatureType(head);
  if (signature === 'application/x-cfb') return officeBefore2007.test(claimed) ? claimed : signature;
  const container = soundContainer.exec(signature)?.[1];
  if (container && claimed.startsWith('audio/')) return `audio/${container}`;
  if (signature !== '') return signature;
  if (!isText(head, claimed)) return '';
  if (/^\s*</.test(head.toString('latin1').replace(/^\xef\xbb\xbf/, ''))) return 'text/html';
  return textType.test(claimed) || activeType.test(claimed) ? claimed : 'text/plain';
}

/** Parsers of broken files throw. */
async function signatureType(head: Buffer): Promise<string> {
  // With the first file: most processes see none.
  const { fileTypeFromBuffer } = await import('file-type');
  try {
    return bareType((await fileTypeFromBuffer(head))?.mime ?? '');
  } catch {
    return '';
  }
}

function bareType(type: string): string {
  return (type.split(';', 1)[0] as string).trim().toLowerCase();
}

function familyOf(type: string): 'a picture' | 'sound or film' | undefined {
  if (activeType.test(type)) return undefined;
  if (type.startsWith('image/')) return 'a picture';
  if (/^(?:audio|video)\//.test(type)) return 'sound or film';
  return undefined;
}

/** Sound has kinds without a signature that is known, such as WeChat's SILK; pictures have not. */
function isLie(claimed: string, found: string): boolean {
  const family = familyOf(claimed);
  if (!family || familyOf(found) === family) return false;
  return family === 'a picture' || (found !== '' && found !== 'application/ogg');
}
