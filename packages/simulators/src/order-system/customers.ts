/** An order as the demo order system has it. */
export interface DemoOrder {
  id: string;
  state: { zh: string; en: string };
  parcel?: { carrier: string; number: string };
  /** Date, such as `2026-11-24`. */
  updated: string;
}

/** A bill as the demo order system has it. */
export interface DemoBill {
  title: { zh: string; en: string };
  /** With its currency, such as `¥840.00`. */
  amount: string;
  due: string;
}

/** A customer of the demo order system, by each way in which one may be named. */
export interface DemoCustomer {
  phone?: string;
  email?: string;
  user?: string;
  openid?: string;
  orders: DemoOrder[];
  bills: DemoBill[];
  room?: { building: string; room: string; owner: string };
}

/** Ways of naming a customer, as query parameters and as fields of a body. */
export const customerKeys = ['phone', 'email', 'user', 'openid'] as const;

/** Customers for a demo: a shop's with three orders, and a tenant of a house with two bills. */
export const demoCustomers: readonly DemoCustomer[] = [
  {
    phone: '+8613800000001',
    user: 'u-1001',
    email: 'lin@example.com',
    orders: [
      {
        id: 'A20260001',
        state: { zh: '运输中', en: 'on its way' },
        parcel: { carrier: '顺丰速运', number: 'SF1234567890' },
        updated: '2026-11-25',
      },
      {
        id: 'A20260002',
        state: { zh: '待发货，预计明天发出', en: 'packed, leaves tomorrow' },
        updated: '2026-11-26',
      },
      {
        id: 'A20250917',
        state: { zh: '已签收', en: 'delivered' },
        parcel: { carrier: '中通快递', number: 'ZT9876543210' },
        updated: '2026-10-02',
      },
    ],
    bills: [],
  },
  {
    phone: '+8613800000002',
    user: 'u-1002',
    openid: 'o-demo-resident',
    orders: [],
    bills: [
      {
        title: { zh: '2026 年第四季度物业费', en: 'property fee, 4th quarter of 2026' },
        amount: '¥840.00',
        due: '2026-12-31',
      },
      { title: { zh: '11 月停车费', en: 'parking, November' }, amount: '¥400.00', due: '2026-12-05' },
    ],
    room: { building: '3', room: '1201', owner: '林' },
  },
];
