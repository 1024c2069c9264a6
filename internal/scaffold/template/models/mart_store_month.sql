/* model
name: mart_store_month
description: "One row per shop and month: what it sold. An example of a model of your own."
grain: [store_key, month]
partition: month
columns:
  store_key: {type: string, description: "The shop, system:store id.", tests: [not_null]}
  month: {type: date, description: First day of the month., tests: [not_null]}
  documents: {type: bigint, description: Tickets with at least one deal line.}
  customers: {type: bigint, description: Known customers who bought.}
  net_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Net sales, without tax and shipping."}
tests:
  - unique: [store_key, month]
*/
with deals as (
  select
    store_key,
    month,
    document_id,
    customer_key,
    net_amount_reporting
  from {{ ref "fact_sale" }}
  where {{ in_months "month" }} and is_deal and store_key is not null
)
select
  cast(store_key as varchar) as store_key,
  cast(month as date) as month,
  cast(count(distinct document_id) as bigint) as documents,
  cast(count(distinct customer_key) filter (where customer_key <> 'anonymous') as bigint) as customers,
  cast(sum(net_amount_reporting) as decimal(18, 4)) as net_amount
from deals
group by store_key, month
