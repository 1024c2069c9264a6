/* model
name: mart_rfm
description: >-
  One row per customer (customer_id): recency, frequency and value (RFM; Hughes, Strategic Database
  Marketing; DOMAIN.md 2.1), as scores from 1 to 5 by value, in which equals score the same, and as
  five equal parts by row, which may part equals. The three stand apart: no part is cut within
  another, so cells are not equally large. Population: customers with at least one deal by as_of;
  anonymous sales are left out. Windows: purchase days of all history by as_of; value of the twelve
  calendar months that end with as_of's.
grain: [customer_id]
view: true
columns:
  customer_id: {type: string, description: The smallest key of those that are one customer.}
  as_of: {type: date, description: The day that the row tells of.}
  recency_days: {type: int, unit: days, description: "Days from the last purchase day to as_of, few being good; null without a purchase day."}
  frequency: {type: bigint, unit: days, description: Purchase days by as_of.}
  trailing_value_amount: {type: "decimal(18,4)", unit: reporting currency, description: Value of the twelve calendar months that end with as_of's.}
  value_basis: {type: string, description: "What value is tonight: margin or net, as in mart_customer."}
  recency_score: {type: int, unit: score, description: "5 for the latest purchases to 1: 1 + floor(5 (rank − 1) / customers), where rank − 1 is how many are worse; without a purchase day, worst."}
  frequency_score: {type: int, unit: score, description: The same by frequency.}
  monetary_score: {type: int, unit: score, description: The same by trailing_value_amount.}
  rfm: {type: string, description: "The three scores, such as 543."}
  rfm_name: {type: string, description: "What recency_score and frequency_score are called together, as in mart_customer."}
  recency_fifth: {type: int, unit: fifth, description: "5 for the fifth of all customers who bought last, to 1; of equals, who brings less, or the same with a later customer_id, comes into the lower part."}
  frequency_fifth: {type: int, unit: fifth, description: The same by frequency.}
  monetary_fifth: {type: int, unit: fifth, description: The same by trailing_value_amount.}
  rfm_fifths: {type: string, description: "The three fifths, such as 543."}
measures:
  - name: champions
    title: {en: Champions, zh: 重要价值客户}
    expression: count(*) filter (where rfm_name = 'champion')
    unit: customers
    additivity: additive
    format: count
  - name: at_risk
    title: {en: Frequent buyers gone silent, zh: 重要挽留客户}
    expression: count(*) filter (where rfm_name in ('at_risk', 'cannot_lose'))
    unit: customers
    additivity: additive
    format: count
trace:
  - from: mart_customer
    where: customer_id = it.customer_id
    show: [last_purchase_on, rfm_name]
    columns:
      recency_days: sum(recency_days)
      frequency: sum(frequency)
      trailing_value_amount: sum(trailing_value_amount)
      recency_score: sum(recency_score)
      frequency_score: sum(frequency_score)
      monetary_score: sum(monetary_score)
  - columns:
      rfm: recency_score || '' || frequency_score || monetary_score
      rfm_fifths: recency_fifth || '' || frequency_fifth || monetary_fifth
*/
with by_value as (
    select *, row_number() over (order by trailing_value_amount desc, customer_id) as value_rank
    from {{ ref "mart_customer" }}
),
parted as (
    select
        *,
        ntile(5) over (order by last_purchase_on nulls first, value_rank desc) as recency_fifth,
        ntile(5) over (order by frequency, value_rank desc) as frequency_fifth,
        ntile(5) over (order by value_rank desc) as monetary_fifth
    from by_value
)
select
    cast(customer_id as varchar) as customer_id,
    cast(as_of as date) as as_of,
    cast(recency_days as integer) as recency_days,
    cast(frequency as bigint) as frequency,
    cast(trailing_value_amount as decimal(18, 4)) as trailing_value_amount,
    cast(value_basis as varchar) as value_basis,
    cast(recency_score as integer) as recency_score,
    cast(frequency_score as integer) as frequency_score,
    cast(monetary_score as integer) as monetary_score,
    cast(rfm as varchar) as rfm,
    cast(rfm_name as varchar) as rfm_name,
    cast(recency_fifth as integer) as recency_fifth,
    cast(frequency_fifth as integer) as frequency_fifth,
    cast(monetary_fifth as integer) as monetary_fifth,
    cast(recency_fifth || '' || frequency_fifth || monetary_fifth as varchar) as rfm_fifths
from parted
