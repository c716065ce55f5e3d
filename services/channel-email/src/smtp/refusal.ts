/** An answer that SMTP gives in place of 250; what smtp-server sends when a handler fails with it. */
export class SmtpRefusal extends Error {
  constructor(
    readonly responseCode: number,
    text: string,
  ) {
    super(text);
  }
}

/** Refused for now: the sender's server tries again. */
export const notNow = (): SmtpRefusal =>
  new SmtpRefusal(451, '4.3.0 not possible at the moment, try again later');
