/* model
name: step_month_end_touched
description: >-
  Month ends (month) whose cuts may differ from the last published night: those that are new or gone
  or have another basis, and those at which some customer has another value, frequency or last
  purchase day than it had. Empty on a first night.
grain: [month]
may_shrink: true
columns:
  month: {type: date, description: First day of the month.}
*/
with ends as (
    select month, value_basis, _was from {{ changed "step_value_basis" }}
),
-- Few rows: spans that are cut elsewhere and say the same of a month are alike there.
differing as (
    select e.month
    from {{ changed "step_value_span" }} as v
    join {{ ref "step_value_basis" }} as e on e.month >= v.month and e.month < v.next_month
    group by e.month, v.customer_id, v.value_amount
    having count(*) filter (where v._was) <> count(*) filter (where not v._was)
    union
    select e.month
    from {{ changed "step_purchase_span" }} as p
    join {{ ref "step_value_basis" }} as e on e.month >= p.month and e.month < p.next_month
    group by e.month, p.customer_id, p.frequency, p.last_purchase_on
    having count(*) filter (where p._was) <> count(*) filter (where not p._was)
)
select cast(month as date) as month from ends
union
select month from differing
