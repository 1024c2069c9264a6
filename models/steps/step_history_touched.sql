/* model
name: step_history_touched
description: >-
  Keys of customers of whom dim_customer_history may differ from the last published night: those of
  step_customer_touched, those whom a cut of a past month end has passed since, and those who were
  assigned to somebody on one of the two nights only. Where a month end is new or gone, everybody.
grain: [customer_key, customer_id]
may_shrink: true
optional: [fact_assignment]
columns:
  customer_key: {type: string, description: "A key, system:customer id."}
  customer_id: {type: string, description: The customer that it is tonight or was last night.}
*/
with cuts as (
    select * from {{ changed "step_month_end_cut" }}
),
-- What lies between a cut of the two nights; without one on either of them, all amounts.
amounts as (
    select month, case when count(amount) = 1 then -99999999999999.9999 else min(amount) end as low, case when count(amount) = 1 then 99999999999999.9999 else max(amount) end as high
    from (
        select month, 'a' as cut, a_amount as amount, a_customer_id as customer_id from cuts
        union all
        select month, 'b', b_amount, b_customer_id from cuts
    )
    group by month, cut
    having count(amount) = 1 or min(amount) <> max(amount) or min(customer_id) <> max(customer_id)
),
days as (
    select month, min(last_purchase_on) as low, max(last_purchase_on) as high
    from (select month, unnest([1, 2, 3, 4]) as cut, unnest([recency_cut_1, recency_cut_2, recency_cut_3, recency_cut_4]) as last_purchase_on from cuts)
    group by month, cut
    having min(last_purchase_on) <> max(last_purchase_on)
),
frequencies as (
    select month, min(frequency) as low, max(frequency) as high
    from (select month, unnest([1, 2, 3, 4]) as cut, unnest([frequency_cut_1, frequency_cut_2, frequency_cut_3, frequency_cut_4]) as frequency from cuts)
    group by month, cut
    having min(frequency) <> max(frequency)
),
-- Few spans are looked at month by month: those that reach one of the months.
reached as (
    select v.customer_id, v.month, v.next_month, v.value_amount
    from {{ ref "step_value_span" }} as v
    join (select min(month) as month, min(low) as low, max(high) as high from amounts) as m on v.next_month > m.month and v.value_amount between m.low and m.high
),
passed as (
    select v.customer_id
    from reached as v
    join amounts as m on m.month >= v.month and m.month < v.next_month and v.value_amount between m.low and m.high
    union
    select p.customer_id
    from {{ ref "step_purchase_span" }} as p
    join days as m on m.month >= p.month and m.month < p.next_month and p.last_purchase_on > m.low and p.last_purchase_on <= m.high
    union
    select p.customer_id
    from {{ ref "step_purchase_span" }} as p
    join frequencies as m on m.month >= p.month and m.month < p.next_month and p.frequency > m.low and p.frequency <= m.high
    union
    select customer_id from {{ ref "step_month_end_touched" }}
    union
    select customer_id
    from {{ ref "dim_customer_identity" }}
    where customer_key in (select customer_key from {{ changed "fact_assignment" }})
    union
    select customer_id
    from {{ ref "dim_customer_identity" }}
    where exists (select month from cuts group by month having count(*) = 1)
)
select cast(customer_key as varchar) as customer_key, cast(customer_id as varchar) as customer_id
from {{ ref "step_customer_touched" }}
union
select customer_key, customer_id
from {{ ref "dim_customer_identity" }}
where customer_id in (from passed)
