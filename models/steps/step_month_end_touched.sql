/* model
name: step_month_end_touched
description: >-
  One row per customer (customer_id) and month end (month) at which it has another value, frequency
  or last purchase day than in the last published night, or its first one where only the spans are
  cut otherwise; and one without a customer for each month end that is new or gone or has another
  basis. Empty on a first night.
grain: [month, customer_id]
may_shrink: true
columns:
  month: {type: date, description: First day of the month.}
  customer_id: {type: string, description: The customer; null for the month end itself.}
*/
with spans as (
    select customer_id, month, next_month, value_amount, null as frequency, null as last_purchase_on, _was
    from {{ changed "step_value_span" }}
    union all
    select customer_id, month, next_month, null as value_amount, frequency, last_purchase_on, _was
    from {{ changed "step_purchase_span" }}
),
-- Few rows: spans that are cut elsewhere and say the same of a month are alike there.
differing as (
    select distinct s.customer_id, e.month
    from spans as s
    join {{ ref "step_value_basis" }} as e on e.month >= s.month and e.month < s.next_month
    group by s.customer_id, e.month, s.value_amount, s.frequency, s.last_purchase_on
    having count(*) filter (where s._was) <> count(*) filter (where not s._was)
)
select cast(month as date) as month, cast(null as varchar) as customer_id
from {{ changed "step_value_basis" }}
union
select month, customer_id from differing
union
select min(month) as month, customer_id
from spans
where customer_id not in (select customer_id from differing)
group by customer_id
