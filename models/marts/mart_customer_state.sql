/* model
name: mart_customer_state
description: >-
  One row per customer (customer_id) and where it stands at the end of as_of: potential (known, no
  deal, not followed), target (no deal, and followed: it has an account manager, or is assigned to
  somebody for the week of as_of), actual (a deal, and not lost) or lost (lapsed, or recorded as
  departed with no deal after that day). Population: every customer that any fact or customer input names,
  with or without a deal; anonymous sales are left out. Window: all history by as_of. A decision
  of kind assignment counts as an assignment; offers do not come in yet.
grain: [customer_id]
view: true
columns:
  customer_id: {type: string, description: The smallest key of those that are one customer.}
  as_of: {type: date, description: The day that the row tells of.}
  state: {type: string, description: "potential, target, actual or lost."}
  reason: {type: string, description: "Why: deal (within the lapse window), departed (recorded as lost after its last deal), lapsed (last deal longer ago, strictly), account_manager (has one), assignment (to somebody this week), or nobody (no deal, and followed by nobody)."}
  known_on: {type: date, description: "Since when it is known: the date on which its systems first knew it, else that of its first version, or an earlier first deal; as_of where none of these is before it."}
  first_deal_on: {type: date, description: First day with a deal by as_of; null without one.}
  last_deal_on: {type: date, description: Last day with a deal by as_of; null without one.}
  lapses_on: {type: date, description: "Last day on which it is not lapsed: last_deal_on and the lapse window; null without a deal."}
  lost_on: {type: date, description: "Day on which it was lost: that of its departure, or the one after lapses_on where that was earlier; null unless lost."}
  account_manager_key: {type: string, description: "The employee who looks after it today, system:employee id."}
  assigned_to_key: {type: string, description: "The employee to whom it is assigned for the week of as_of, of several the latest week's, then the smallest key; null without."}
measures:
  - name: potential_customers
    title: {en: Potential customers, zh: 潜在客户数}
    expression: count(*) filter (where state = 'potential')
    unit: customers
    additivity: additive
    format: count
  - name: target_customers
    title: {en: Target customers, zh: 目标客户数}
    expression: count(*) filter (where state = 'target')
    unit: customers
    additivity: additive
    format: count
  - name: actual_customers
    title: {en: Actual customers, zh: 现实客户数}
    expression: count(*) filter (where state = 'actual')
    unit: customers
    additivity: additive
    format: count
  - name: customers_lost
    title: {en: Lost customers, zh: 流失客户数}
    expression: count(*) filter (where state = 'lost')
    unit: customers
    additivity: additive
    format: count
trace:
  - from: mart_customer
    where: customer_id = it.customer_id
    show: [state]
    columns:
      first_deal_on: min(first_deal_on)
      last_deal_on: max(last_deal_on)
      lapses_on: max(lapses_on)
      lost_on: max(lost_on)
  - from: fact_assignment
    rows: >-
      select a.*
      from fact_assignment as a
      join dim_customer_identity as i using (customer_key)
      where i.customer_id = it.customer_id and it.as_of between a.week_on and a.week_on + 6
      qualify row_number() over (order by a.week_on desc, a.employee_key) = 1
    show: [customer_key, week_on]
    columns:
      assigned_to_key: max(employee_key)
    decides: [state, reason]
*/
select
    cast(b.customer_id as varchar) as customer_id,
    cast(t.as_of as date) as as_of,
    cast(
        case
            when b.lapses_on < t.as_of or b.departed_on is not null then 'lost'
            when b.first_deal_on is not null then 'actual'
            when b.account_manager_key is not null or b.assigned_to_key is not null then 'target'
            else 'potential'
        end as varchar
    ) as state,
    cast(
        case
            when b.departed_on is not null then 'departed'
            when b.lapses_on < t.as_of then 'lapsed'
            when b.first_deal_on is not null then 'deal'
            when b.account_manager_key is not null then 'account_manager'
            when b.assigned_to_key is not null then 'assignment'
            else 'nobody'
        end as varchar
    ) as reason,
    cast(least(b.known_on, t.as_of) as date) as known_on,
    cast(b.first_deal_on as date) as first_deal_on,
    cast(b.last_deal_on as date) as last_deal_on,
    cast(b.lapses_on as date) as lapses_on,
    cast(least(b.departed_on, case when b.lapses_on < t.as_of then b.lapses_on + 1 end) as date) as lost_on,
    cast(b.account_manager_key as varchar) as account_manager_key,
    cast(b.assigned_to_key as varchar) as assigned_to_key
from {{ ref "mart_customer_base" }} as b
cross join {{ ref "mart_customer_cut" }} as t
