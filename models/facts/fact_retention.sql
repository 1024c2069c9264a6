/* model
name: fact_retention
description: >-
  One row per customer key and calendar month with activity (a deal line), anonymous included,
  which marts by customer leave out. Keys may be merged: sum amounts and counts, min and max of
  dates, bit_or of masks.
grain: [customer_key, month]
partition: month
columns:
  customer_key: {type: string, description: "The customer, system:customer id, or anonymous.", tests: [not_null]}
  month: {type: date, description: First day of the month., tests: [not_null]}
  purchase_days_mask: {type: bigint, unit: bits, description: "Bit d (value 2^d) is set for each purchase day d of the month, 1–31: a business_date with a deal line of positive quantity, no return, on which the key's deal lines come to zero or more in net.", tests: [not_null]}
  documents: {type: bigint, unit: documents, description: Documents with at least one deal line that is no return., tests: [not_null]}
  net_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Net of the deal lines, returns included.", tests: [not_null]}
  first_purchase_on: {type: date, description: First purchase day of the month; null without one.}
  last_purchase_on: {type: date, description: Last purchase day of the month; null without one.}
  contracts_started: {type: bigint, unit: contracts, description: Contracts that began in the month; 0 while no contracts come in., tests: [not_null]}
  contracts_active: {type: bigint, unit: contracts, description: Contracts that ran in the month; 0 while no contracts come in., tests: [not_null]}
  contracts_ended: {type: bigint, unit: contracts, description: Contracts that ended in the month; 0 while no contracts come in., tests: [not_null]}
  recurring_amount: {type: "decimal(18,4)", unit: reporting currency, description: Contract value of the month; 0 while no contracts come in., tests: [not_null]}
tests:
  - unique: [customer_key, month]
  - name: first and last purchase day are the lowest and highest bit of the mask
    sql: >-
      select customer_key, month, purchase_days_mask, first_purchase_on, last_purchase_on from fact_retention
      where (purchase_days_mask = 0) <> (first_purchase_on is null)
         or purchase_days_mask & (1::bigint << day(first_purchase_on)) = 0
         or purchase_days_mask >= (2::bigint << day(last_purchase_on))
measures:
  - name: purchase_days
    title: {en: Purchase days, zh: 购买天数}
    expression: sum(bit_count(purchase_days_mask))
    unit: days
    additivity: not additive over keys of one customer
    format: count
trace:
  - from: fact_sale
    rows: >-
      select *, coalesce(sum(net_amount_reporting) over (partition by business_date), 0) as day_amount
      from fact_sale
      where customer_key = it.customer_key and month = it.month and is_deal
    show: [business_date, status, day_amount]
    columns:
      purchase_days_mask: bit_or(2::bigint << (day(business_date)::int - 1)) filter (where quantity > 0 and not is_return and day_amount >= 0)
      documents: count(distinct (system, document_id)) filter (where not is_return)
      net_amount: sum(net_amount_reporting)
      first_purchase_on: min(business_date) filter (where quantity > 0 and not is_return and day_amount >= 0)
      last_purchase_on: max(business_date) filter (where quantity > 0 and not is_return and day_amount >= 0)
*/
with documents as (
    select month, customer_key, count(*) as documents
    from (
        select distinct month, customer_key, system, document_id
        from {{ ref "fact_sale" }}
        where is_deal and not is_return and {{ in_months "month" }}
    ) as bought
    group by month, customer_key
),
days as (
    select
        month,
        customer_key,
        business_date,
        coalesce(sum(net_amount_reporting), 0) as net_amount,
        max(case when quantity > 0 and not is_return then 1 else 0 end) as deal
    from {{ ref "fact_sale" }}
    where is_deal and {{ in_months "month" }}
    group by month, customer_key, business_date
),
bits as (
    select
        month,
        customer_key,
        net_amount,
        case when deal = 1 and net_amount >= 0 then business_date end as purchase_on,
        case
            when deal = 1 and net_amount >= 0 then cast(floor(power(2, {{ day_of_month "business_date" }})) as bigint)
            else 0
        end as bit
    from days
),
months as (
    select
        month,
        customer_key,
        {{ bit_or "bit" }} as purchase_days_mask,
        sum(net_amount) as net_amount,
        min(purchase_on) as first_purchase_on,
        max(purchase_on) as last_purchase_on
    from bits
    group by month, customer_key
)
select
    cast(m.customer_key as string) as customer_key,
    cast(m.month as date) as month,
    cast(m.purchase_days_mask as bigint) as purchase_days_mask,
    cast(coalesce(d.documents, 0) as bigint) as documents,
    cast(m.net_amount as decimal(18, 4)) as net_amount,
    cast(m.first_purchase_on as date) as first_purchase_on,
    cast(m.last_purchase_on as date) as last_purchase_on,
    cast(0 as bigint) as contracts_started,
    cast(0 as bigint) as contracts_active,
    cast(0 as bigint) as contracts_ended,
    cast(0 as decimal(18, 4)) as recurring_amount
from months as m
left join documents as d on d.month = m.month and d.customer_key = m.customer_key
