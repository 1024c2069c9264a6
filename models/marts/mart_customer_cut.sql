/* model
name: mart_customer_cut
description: >-
  One row: what mart_customer holds each customer against at the end of as_of. By what value is
  reckoned, and the values that cut customers into ABC tiers and scores. Population and windows are
  mart_customer's.
grain: [as_of]
reaches: [as_of]
optional: [fact_case, fact_promise]
columns:
  as_of: {type: date, description: The day that the row tells of., tests: [not_null]}
  value_basis: {type: string, description: "margin where the cost of 95 % of all customers' trailing net is known, else net; one for the night.", tests: [not_null, {accepted_values: [margin, net]}]}
  a_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Trailing value of the last customer of tier A, the highest first, equal ones by customer_id; null while nobody's is above zero."}
  a_customer_id: {type: string, description: That customer.}
  b_amount: {type: "decimal(18,4)", unit: reporting currency, description: Trailing value of the last customer before tier C.}
  b_customer_id: {type: string, description: That customer.}
  recency_cut_1: {type: date, description: The earliest last purchase day by which a fifth of all customers bought last; a score is 1 and how many cuts lie below. Who never had a purchase day counts as 0001-01-01.}
  recency_cut_2: {type: date, description: The same of two fifths.}
  recency_cut_3: {type: date, description: The same of three fifths.}
  recency_cut_4: {type: date, description: The same of four fifths.}
  frequency_cut_1: {type: bigint, unit: days, description: The fewest purchase days that a fifth of all customers do not exceed.}
  frequency_cut_2: {type: bigint, unit: days, description: The same of two fifths.}
  frequency_cut_3: {type: bigint, unit: days, description: The same of three fifths.}
  frequency_cut_4: {type: bigint, unit: days, description: The same of four fifths.}
  value_cut_1: {type: "decimal(18,4)", unit: reporting currency, description: The lowest trailing value that a fifth of all customers do not exceed.}
  value_cut_2: {type: "decimal(18,4)", unit: reporting currency, description: The same of two fifths.}
  value_cut_3: {type: "decimal(18,4)", unit: reporting currency, description: The same of three fifths.}
  value_cut_4: {type: "decimal(18,4)", unit: reporting currency, description: The same of four fifths.}
  has_cases: {type: boolean, description: "Whether any cases come in, so that none is 0 and not unknown.", tests: [not_null]}
  has_promises: {type: boolean, description: The same of promises., tests: [not_null]}
tests:
  - unique: [as_of]
*/
with basis as (
    select
        case
            when sum(costed_net_amount) >= 0.95 * sum(net_amount) and count(margin_amount) > 0 then 'margin'
            else 'net'
        end as value_basis
    from {{ ref "fact_customer_value" }}
    where customer_key <> 'anonymous'
        and month <= {{ var "as_of" }}
        and month > {{ add_months (month_start (var "as_of")) "-12" }}
),
valued as (
    select
        c.customer_id,
        coalesce(c.last_purchase_on, date '0001-01-01') as recency_on,
        c.frequency,
        case b.value_basis when 'margin' then coalesce(c.trailing_margin_amount, 0) else c.trailing_net_amount end as value_amount
    from {{ ref "mart_customer_base" }} as c
    cross join basis as b
    where c.first_deal_on is not null
),
-- At least k fifths of all are worse exactly if the k-th cut lies below.
cuts as (
    select
        sum(value_amount) filter (where value_amount > 0) as whole_amount,
        quantile_disc(recency_on, [0.2, 0.4, 0.6, 0.8]) as recency,
        quantile_disc(frequency, [0.2, 0.4, 0.6, 0.8]) as frequency,
        quantile_disc(value_amount, [0.2, 0.4, 0.6, 0.8]) as value
    from valued
),
-- Only among equals does the id matter: it is not what everybody is sorted by.
amounts as (
    select value_amount, value_amount * count(*) as together
    from valued
    where value_amount > 0
    group by value_amount
),
placed as (
    select value_amount, sum(together) over (order by value_amount desc rows unbounded preceding) - together as before_amount
    from amounts
),
-- The lowest amount of which anybody has less than so many percent before him.
last_amounts as (
    select t.percent, min(p.value_amount) as value_amount, max(p.before_amount) as before_amount, any_value(c.whole_amount) as whole_amount
    from placed as p
    cross join cuts as c
    join (values (80), (95)) as t (percent) on 100 * p.before_amount < t.percent * c.whole_amount
    group by t.percent
),
last_customers as (
    select a.percent, v.value_amount, v.customer_id
    from last_amounts as a
    join valued as v on v.value_amount = a.value_amount
    window by_id as (partition by a.percent order by v.customer_id)
    qualify 100 * (a.before_amount + (row_number() over by_id - 1) * a.value_amount) < a.percent * a.whole_amount
),
tiers as (
    select
        max(value_amount) filter (where percent = 80) as a_amount,
        max(customer_id) filter (where percent = 80) as a_customer_id,
        max(value_amount) filter (where percent = 95) as b_amount,
        max(customer_id) filter (where percent = 95) as b_customer_id
    from last_customers
)
select
    cast({{ var "as_of" }} as date) as as_of,
    cast(b.value_basis as varchar) as value_basis,
    cast(t.a_amount as decimal(18, 4)) as a_amount,
    cast(t.a_customer_id as varchar) as a_customer_id,
    cast(t.b_amount as decimal(18, 4)) as b_amount,
    cast(t.b_customer_id as varchar) as b_customer_id,
    cast(c.recency[1] as date) as recency_cut_1,
    cast(c.recency[2] as date) as recency_cut_2,
    cast(c.recency[3] as date) as recency_cut_3,
    cast(c.recency[4] as date) as recency_cut_4,
    cast(c.frequency[1] as bigint) as frequency_cut_1,
    cast(c.frequency[2] as bigint) as frequency_cut_2,
    cast(c.frequency[3] as bigint) as frequency_cut_3,
    cast(c.frequency[4] as bigint) as frequency_cut_4,
    cast(c.value[1] as decimal(18, 4)) as value_cut_1,
    cast(c.value[2] as decimal(18, 4)) as value_cut_2,
    cast(c.value[3] as decimal(18, 4)) as value_cut_3,
    cast(c.value[4] as decimal(18, 4)) as value_cut_4,
    exists (select 1 from {{ ref "fact_case" }}) as has_cases,
    exists (select 1 from {{ ref "fact_promise" }}) as has_promises
from basis as b
cross join cuts as c
cross join tiers as t
