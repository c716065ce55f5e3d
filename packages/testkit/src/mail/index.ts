export { type CustomerMail, type MailAnswer, sendCustomerMail } from './customer';
export type { ParsedMail } from './parsed-mail';
export {
  type MailAtProvider,
  type MailFault,
  type MailProvider,
  type MailProviderOptions,
  startMailProvider,
} from './provider';
export { deliveryReportOf, type ReportOptions } from './report';
