// Pictures, sound, films, documents and texts: what agents look at. No archives, pages, SVG or programs.
const taken =
  /^(?:image\/(?:jpeg|png|apng|gif|webp|avif|bmp|heic|heif|tiff)|(?:audio|video)\/[\w.+-]+|text\/(?:plain|csv|markdown|calendar|vcard|tab-separated-values)|application\/(?:pdf|json|rtf|msword|vnd\.ms-(?:excel|powerpoint)|vnd\.openxmlformats-officedocument\.[\w.-]+|vnd\.oasis\.opendocument\.[\w.-]+))$/;

/**
 * Says whether visitors may send files of a type.
 * @param contentType by content, as the store judges it
 */
export const isTakenFromVisitors = (contentType: string): boolean => taken.test(contentType);
