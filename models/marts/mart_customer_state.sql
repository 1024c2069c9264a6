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
reaches: [as_of]
optional: [customer, fact_assignment]
columns:
  customer_id: {type: string, description: The smallest key of those that are one customer., tests: [not_null]}
  as_of: {type: date, description: The day that the row tells of., tests: [not_null]}
  state: {type: string, description: "potential, target, actual or lost.", tests: [not_null, {accepted_values: [potential, target, actual, lost]}]}
  reason: {type: string, description: "Why: deal (within the lapse window), departed (recorded as lost after its last deal), lapsed (last deal longer ago, strictly), account_manager (has one), assignment (to somebody this week), or nobody (no deal, and followed by nobody).", tests: [not_null, {accepted_values: [deal, departed, lapsed, account_manager, assignment, nobody]}]}
  known_on: {type: date, description: "Since when it is known: the date on which its systems first knew it, else that of its first version, or an earlier first deal; as_of where none of these is before it.", tests: [not_null]}
  first_deal_on: {type: date, description: First day with a deal by as_of; null without one.}
  last_deal_on: {type: date, description: Last day with a deal by as_of; null without one.}
  lapses_on: {type: date, description: "Last day on which it is not lapsed: last_deal_on and the lapse window; null without a deal."}
  lost_on: {type: date, description: "Day on which it was lost: that of its departure, or the one after lapses_on where that was earlier; null unless lost."}
  account_manager_key: {type: string, description: "The employee who looks after it today, system:employee id."}
  assigned_to_key: {type: string, description: "The employee to whom it is assigned for the week of as_of, of several the latest week's, then the smallest key; null without."}
tests:
  - unique: [customer_id]
  - name: every customer has a state
    sql: >-
      select count(*) as customers, (select count(*) from mart_customer_state) as with_state from dim_customer
      having count(*) <> (select count(*) from mart_customer_state)
  - name: actual and lost are the customers of mart_customer
    sql: >-
      select state, count(*) as here, max(c.customers) as there
      from mart_customer_state
      full join (select state, count(*) as customers from mart_customer group by state) as c using (state)
      where state in ('actual', 'lost')
      group by state having count(*) <> max(c.customers) or max(c.customers) is null
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
with undated as (
    select customer_id from {{ ref "dim_customer" }} where created_on is null
),
-- Of those without a date of their own: when the first version of any key holds.
first_versions as (
    select i.customer_id, min(v.valid_from) as valid_from
    from undated
    join {{ ref "dim_customer_identity" }} as i on i.customer_id = undated.customer_id
    join {{ input "customer" }} as v on v.system || ':' || v.customer_id = i.customer_key
    group by i.customer_id
),
-- Few customers: who is assigned to somebody this week.
assigned as (
    select i.customer_id, a.employee_key
    from {{ ref "fact_assignment" }} as a
    join {{ ref "dim_customer_identity" }} as i on i.customer_key = a.customer_key
    where {{ var "as_of" }} between a.week_on and a.week_on + 6
    qualify row_number() over (partition by i.customer_id order by a.week_on desc, a.employee_key) = 1
),
customers as (
    select
        d.customer_id,
        d.account_manager_key,
        least(coalesce(d.created_on, v.valid_from), c.first_deal_on, {{ var "as_of" }}) as known_on,
        c.first_deal_on,
        c.last_deal_on,
        c.lapses_on,
        c.lost_on,
        c.departed_on,
        c.state,
        a.employee_key as assigned_to_key
    from {{ ref "dim_customer" }} as d
    left join {{ ref "mart_customer" }} as c on c.customer_id = d.customer_id
    left join first_versions as v on v.customer_id = d.customer_id
    left join assigned as a on a.customer_id = d.customer_id
)
select
    cast(customer_id as varchar) as customer_id,
    cast({{ var "as_of" }} as date) as as_of,
    cast(coalesce(state, case when account_manager_key is not null or assigned_to_key is not null then 'target' else 'potential' end) as varchar) as state,
    cast(
        case
            when state = 'actual' then 'deal'
            when departed_on is not null then 'departed'
            when state = 'lost' then 'lapsed'
            when account_manager_key is not null then 'account_manager'
            when assigned_to_key is not null then 'assignment'
            else 'nobody'
        end as varchar
    ) as reason,
    cast(known_on as date) as known_on,
    cast(first_deal_on as date) as first_deal_on,
    cast(last_deal_on as date) as last_deal_on,
    cast(lapses_on as date) as lapses_on,
    cast(lost_on as date) as lost_on,
    cast(account_manager_key as varchar) as account_manager_key,
    cast(assigned_to_key as varchar) as assigned_to_key
from customers
