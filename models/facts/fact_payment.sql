/* model
name: fact_payment
description: >-
  One row per payment of a document, in the month of its date; one without a date in the month
  of its sale. Amounts are in the payment's currency; refunds are negative.
carries: payment
grain: [system, document_id, sequence]
partition: month
optional: [dim_fx_rate]
columns:
  system: {type: string, description: The business system that knows the payment., tests: [not_null]}
  document_id: {type: string, description: The document that is paid., tests: [not_null]}
  sequence: {type: int, description: Number of the payment within its document., tests: [not_null]}
  customer_key: {type: string, description: "Who paid, else the customer of the sale; anonymous where the source names nobody.", tests: [not_null]}
  month: {type: date, description: "First day of the month of paid_on, else of the sale's business_date.", tests: [not_null]}
  method: {type: string, description: How it was paid.}
  payment_amount: {type: "decimal(18,4)", unit: currency, description: Amount paid., tests: [not_null]}
  currency: {type: string, description: ISO 4217 code of the amount., tests: [not_null]}
  payment_amount_reporting: {type: "decimal(18,4)", unit: reporting currency, description: "payment_amount at paid_on's rate, without a date at that of the month's first day; null where a rate is missing."}
  paid_at: {type: timestamptz, description: When it was paid (UTC); null where the source has only a date or none.}
  paid_on: {type: date, description: Date of payment in the project's zone; null where the source gives none.}
  delivery_id: {type: bigint, description: The delivery that the payment came in.}
  source_row: {type: bigint, description: Row of the payment in that delivery.}
tests:
  - unique: [system, document_id, sequence]
  - name: every currency has a rate on every day that a payment needs one
    sql: >-
      select currency, coalesce(paid_on, month) as on_date, count(*) as payments from fact_payment
      where payment_amount_reporting is null group by all order by all
measures:
  - name: paid_amount
    title: {en: Paid, zh: 已付金额}
    expression: sum(payment_amount_reporting)
    unit: reporting currency
    additivity: additive
    format: amount
trace:
  - from: payment
    where: delivery_id = it.delivery_id and source_row = it.source_row and document_id = it.document_id and sequence = it.sequence
    columns:
      payment_amount: sum(payment_amount)
  - from: fx_rate
    rows: >-
      select f.*
      from dim_fx_rate as r
      join fx_rate as f on f.on_date = r.quoted_on and (
        f.from_currency = r.from_currency and f.to_currency = r.to_currency
        or f.from_currency = r.to_currency and f.to_currency = r.from_currency)
      where r.on_date = coalesce(it.paid_on, it.month) and r.from_currency = it.currency
        and it.payment_amount_reporting = cast(cast(it.payment_amount as decimal(20, 4)) * r.rate as decimal(18, 4))
    show: [rate]
    decides: [payment_amount_reporting]
*/
with payments as (
    select
        system,
        document_id,
        sequence,
        month,
        coalesce(customer_id, owner_customer_id) as customer_id,
        method,
        payment_amount,
        coalesce(currency, {{ var "currency" }}) as currency,
        paid_at,
        paid_on,
        delivery_id,
        source_row{{ carried "@" }}
    from {{ input "payment" }}
    where {{ in_months "month" }}
),
converted as (
    select
        p.system,
        p.document_id,
        p.sequence,
        p.month,
        p.customer_id,
        p.method,
        p.payment_amount,
        p.currency,
        case
            when p.currency = {{ var "currency" }} then p.payment_amount
            else cast(cast(p.payment_amount as decimal(20, 4)) * r.rate as decimal(18, 4))
        end as payment_amount_reporting,
        p.paid_at,
        p.paid_on,
        p.delivery_id,
        p.source_row{{ carried "p.@" }}
    from payments as p
    left join {{ ref "dim_fx_rate" }} as r
        on r.from_currency = p.currency
        and r.to_currency = {{ var "currency" }}
        and r.on_date = coalesce(p.paid_on, p.month)
        and r.month = p.month
)
select
    cast(system as string) as system,
    cast(document_id as string) as document_id,
    cast(sequence as int) as sequence,
    cast(coalesce({{ key "system" "customer_id" }}, 'anonymous') as string) as customer_key,
    cast(month as date) as month,
    cast(method as string) as method,
    cast(payment_amount as decimal(18, 4)) as payment_amount,
    cast(currency as string) as currency,
    cast(payment_amount_reporting as decimal(18, 4)) as payment_amount_reporting,
    cast(paid_at as timestamptz) as paid_at,
    cast(paid_on as date) as paid_on,
    cast(delivery_id as bigint) as delivery_id,
    cast(source_row as bigint) as source_row{{ carried "@" }}
from converted
