/* model
name: step_value_basis
description: >-
  One row per month end that is over (month): by what the value of its trailing twelve months is
  reckoned, as mart_customer would on that day, with what is known now. From the first month with
  sales to the last one that as_of has seen the end of.
grain: [month]
reaches: [as_of]
columns:
  month: {type: date, description: First day of the month.}
  value_basis: {type: string, description: "margin where the cost of 95 % of all customers' trailing net is known, else net."}
*/
with summed as (
    select
        month,
        sum(net_amount) as net_amount,
        sum(costed_net_amount) as costed_net_amount,
        count(margin_amount) as margins
    from {{ ref "fact_customer_value" }}
    where customer_key <> 'anonymous'
    group by month
),
month_ends as (
    select cast(unnest(generate_series(min(month), {{ add_months (month_start (add_days (var "as_of") "1")) "-1" }}, interval 1 month)) as date) as month
    from summed
)
select
    cast(e.month as date) as month,
    cast(
        case
            when sum(s.costed_net_amount) >= 0.95 * sum(s.net_amount) and sum(s.margins) > 0 then 'margin'
            else 'net'
        end as varchar
    ) as value_basis
from month_ends as e
left join summed as s on s.month <= e.month and s.month > {{ add_months "e.month" "-12" }}
group by e.month
