// What a TypeScript program does with the types that openapi-typescript made: the main calls of each dialect, with no cast
// and no `any`, so that whatever the description forgets does not compile. It prints `done` at the end.

import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

declare const process: { env: Record<string, string | undefined>; exit(code: number): void };

const named = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
};
const connect = (key: string) =>
  createClient<paths>({ baseUrl: named("SHOP_URL"), headers: { Authorization: `Bearer ${key}` } });
const api = connect(named("SHOP_KEY"));
const desk = connect(named("SHOP_APPROVERS_KEY"));
const customerId = named("SHOP_CUSTOMER");
const card = named("SHOP_CARD");
const upstreamId = named("SHOP_ACCOUNT");

/** Fails unless both are the same as JSON. */
function same(found: unknown, wanted: unknown): void {
  const [left, right] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (left !== right) throw new Error(`${left} is not ${right}`);
}

/** What an answer holds; a refusal is a failure here. */
function read<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.data === undefined) throw new Error(`${answer.response.status} ${JSON.stringify(answer.error)}`);
  return answer.data;
}

async function keepStoreCredit(): Promise<void> {
  const path = { customerId };
  const issued = read(
    await api.POST("/api/v1/customers/{customerId}/store-credit", {
      params: { path, header: { "Idempotency-Key": "order-1" } },
      body: { amount: 25, currency: "USD", note: "Sorry for the wait", metadata: { ticket: "T-17" } },
    }),
  );
  same([issued.success, issued.data.amount, issued.data.balanceAfter], [true, 25, 125]);
  const spent = await api.POST("/api/v1/customers/{customerId}/store-credit/debits", {
    params: { path, header: { "Idempotency-Key": "sale-1" } },
    body: { amount: 5.5, currency: "USD" },
  });
  same([spent.response.status, read(spent).data.amount], [201, -5.5]);
  const balance = read(await api.GET("/api/v1/customers/{customerId}/store-credit", { params: { path } }));
  same(balance.data.balances, [{ currency: "USD", balance: 119.5 }]);
  const movements = read(
    await api.GET("/api/v1/customers/{customerId}/store-credit/transactions", { params: { path, query: { limit: 2 } } }),
  );
  same([movements.data.map((entry) => entry.amount), movements.pagination.hasMore], [[-5.5, 25], true]);
  const query = { metadata: { ticket: "T-17" } };
  const found = read(
    await api.GET("/api/v1/customers/{customerId}/store-credit/transactions", { params: { path, query } }),
  );
  same(found.data.map((entry) => [entry.amount, entry.metadata]), [[25, { ticket: "T-17" }]]);
  same(read(await api.GET("/api/v1/customers")).data.map((customer) => customer.customerNumber), [customerId]);

  const short = await api.POST("/api/v1/customers/{customerId}/store-credit/debits", {
    params: { path, header: { "Idempotency-Key": "sale-2" } },
    body: { amount: 5000, currency: "USD" },
  });
  same([short.response.status, short.error?.success, short.error?.code], [422, false, "insufficient_credit"]);
}

async function readStoredCreditAccounts(): Promise<void> {
  const path = { code: card };
  const account = read(await api.GET("/api/v1/stored_credit_accounts/{code}", { params: { path } }));
  same([account.currentBalance, account.currencyCode, account.contact], [10000, "USD", null]);
  const redeemed = read(
    await api.POST("/api/v1/gift_cards/{code}/redeem", { params: { path }, body: { amount: 250, location: { till: 7 } } }),
  );
  same(redeemed.currentBalance, 9750);
  const { balances } = read(await api.GET("/api/v1/gift_cards/{code}/balances", { params: { path } }));
  same(balances.map((event) => [event.type, event.amount]), [["Activation", 10000], ["Redemption", -250]]);
  same(balances.map((event) => [event.location["till"] ?? null, event.reversed?.amount ?? null]), [[null, null], [7, null]]);
  const last = balances[1]?.id ?? 0;
  same(read(await api.GET("/api/v1/balances/{id}", { params: { path: { id: last } } })).amount, -250);
  same(read(await api.GET("/api/v1/balances")).balances.some((event) => event.id === last), true);

  const missing = await api.GET("/api/v1/stored_credit_accounts/{code}", { params: { path: { code: "NOBODYS-CARD" } } });
  same([missing.error?.status, missing.error?.code], [404, "card_not_found"]);
}

async function sellGiftCards(): Promise<void> {
  const number = "SUMMER-1";
  const made = read(await api.POST("/api/v1/gift_cards", { body: { amount: "50.00", number, currency: "USD" } })).data;
  same([made.number, made.balance, made.status], [number, "50.00", "ACTIVE"]);
  const redeemed = read(
    await api.POST("/api/v1/gift_cards/{number}/transactions", {
      params: { path: { number } },
      body: { type: "REDEEMING", amount: "-20.00", client_id: "sale-7" },
    }),
  ).data;
  same([redeemed.type, redeemed.amount], ["REDEEMING", "-20.00"]);
  const reloaded = await api.POST("/api/v1/gift_cards/{number}/transactions", {
    params: { path: { number } },
    body: { type: "RELOADING", amount: "5.00", client_id: "till-8" },
  });
  same(read(reloaded).data.amount, "5.00");
  const undone = await api.DELETE("/api/v1/gift_cards/transactions/{transaction}", {
    params: { path: { transaction: redeemed.id } },
  });
  same(read(undone).data.type, "REVERSING");
  const found = read(await api.GET("/api/v1/gift_cards/by_number/{number}", { params: { path: { number } } })).data;
  same([found.balance, found.expires_at, found.gift_card_transactions.length], ["55.00", null, 4]);
  same(read(await api.GET("/api/v1/gift_cards")).data.some((listed) => listed.id === made.id), true);

  const short = await api.POST("/api/v1/gift_cards/{number}/transactions", {
    params: { path: { number } },
    body: { type: "REDEEMING", amount: "-500.00", client_id: "sale-9" },
  });
  same([short.response.status, short.error?.code], [422, "insufficient_credit"]);
}

async function payAnOrder(): Promise<void> {
  const address = { line1: "4321 Any Road W", city: "Minneapolis", postalCode: "55401", state: "MN", country: "US" };
  const checkout = read(
    await api.POST("/api/v1/checkouts", {
      body: {
        currency: "USD",
        email: "chase@example.com",
        billTo: { name: "Chase Marshall", address },
        items: [{ skuId: "shirt", quantity: 1, price: 27.01 }],
      },
    }),
  );
  same(checkout.totalAmount, 27.01);
  const paymentSessionId = checkout.payment.session.id;
  const source = read(
    await api.POST("/api/v1/sources", {
      body: { type: "customerCredit", amount: 27.01, upstreamId, customerCredit: {}, paymentSessionId },
    }),
  );
  const attached = await api.POST("/api/v1/checkouts/{checkoutId}/sources/{sourceId}", {
    params: { path: { checkoutId: checkout.id, sourceId: source.id } },
  });
  same(read(attached).payment.session.amountContributed, 27.01);
  const order = read(await api.POST("/api/v1/orders", { body: { checkoutId: checkout.id } }));
  same([order.state, order.payment.charges.map((charge) => charge.amount)], ["accepted", [27.01]]);
  const itemId = order.items[0]?.id ?? "";
  const sent = await api.POST("/api/v1/fulfillments", { body: { orderId: order.id, items: [{ itemId, quantity: 1 }] } });
  same(sent.response.status, 201);
  const refund = await api.POST("/api/v1/refunds", { body: { orderId: order.id, currency: "USD", amount: 7.01 } });
  same([read(refund).orderId, read(refund).amount], [order.id, 7.01]);
  same(read(await api.GET("/api/v1/orders")).data.map((found) => found.id), [order.id]);

  const twice = await api.POST("/api/v1/orders", { body: { checkoutId: checkout.id } });
  same([twice.response.status, twice.error?.errors[0]?.parameter], [404, "orderId"]);
}

async function askForCredits(): Promise<void> {
  const params = {
    path: { orderId: "62cc39d8a9b63c001b21d1ab" },
    header: { "x-fabric-tenant-id": "5f328bf0b5f328bf0b5f328b", "x-fabric-channel-id": "12" as const },
  };
  const able = await api.POST("/api/v1/orders/{orderId}/actions/check-credits-eligibility", { params });
  same(read(able).policyType, "credits");
  const asked = await api.POST("/api/v1/orders/{orderId}/actions/create-credits", {
    params,
    body: {
      credits: [
        { amount: 21.5, currency: "USD", reasonCode: "EC", source: "CSR", type: "GIFT_CARD", attributes: { till: 7 } },
      ],
    },
  });
  const credit = read(asked).credits[0];
  if (credit === undefined) throw new Error("no credit");
  same([credit.statusCode, credit.amount, credit.attributes["till"]], ["PENDING", 21.5, 7]);
  const update = "/api/v1/orders/{orderId}/actions/update-credit-status";
  const confirmed = await desk.POST(update, { params, body: { creditId: credit.creditId, statusCode: "CONFIRMED" } });
  same([read(confirmed).statusCode, typeof read(confirmed).attributes["giftCardNumber"]], ["CONFIRMED", "string"]);
  const listed = await api.POST("/api/v1/orders/{orderId}/actions/list-credits", { params, body: {} });
  same(read(listed).credits.map((found) => found.creditId), [credit.creditId]);

  const late = await desk.POST(update, { params, body: { creditId: credit.creditId, statusCode: "CANCELED" } });
  same([late.response.status, late.error?.errors[0]?.errorCode], [409, "SERVICE-4006"]);
}

await keepStoreCredit();
await readStoredCreditAccounts();
await sellGiftCards();
await payAnOrder();
await askForCredits();
console.log("done");
