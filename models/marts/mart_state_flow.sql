/* model
name: mart_state_flow
description: >-
  One row per month, state at its beginning and state at its end, with the customers who went that
  way, those who stayed included; ways that nobody went have no row. States are those of
  mart_customer_state, from none (not yet known) by potential and target (no deal) to actual and
  lost. Population: every customer known by as_of; anonymous sales are left out. Window: states at
  the last day of each month, in the month of as_of at as_of; what happens and is undone within a
  month is not seen. Whether somebody was followed is told by the versions of the customer input,
  the first one holding from the beginning, and by assignments for the week of the day; the rest of the past is worked out with what is known
  today, so late rows and merged keys change it.
grain: [month, from_state, to_state]
reaches: [as_of]
optional: [customer, departure, fact_assignment]
columns:
  month: {type: date, description: First day of the month., tests: [not_null]}
  from_state: {type: string, description: "State at the end of the month before: none, potential, target, actual or lost.", tests: [not_null, {accepted_values: [none, potential, target, actual, lost]}]}
  to_state: {type: string, description: "State at the month's end: potential, target, actual or lost.", tests: [not_null, {accepted_values: [potential, target, actual, lost]}]}
  customers: {type: bigint, unit: customers, description: Customers who went this way., tests: [not_null]}
  customers_before: {type: bigint, unit: customers, description: All who were in from_state; null for none.}
  share: {type: double, unit: share, description: "customers / customers_before, the probability of this move in the month (Pfeifer & Carraway 2000); null for none."}
  is_move: {type: boolean, description: Whether the state changed., tests: [not_null]}
  is_allowed: {type: boolean, description: "Whether it is a stay, a first state but lost, or one of potential to target or actual, target to potential or actual, actual to lost, lost to actual.", tests: [not_null]}
  is_open: {type: boolean, description: "Whether the month was not over at as_of: its figures still change.", tests: [not_null]}
tests:
  - unique: [month, from_state, to_state]
  - name: every move is allowed
    severity: warn
    sql: select month, from_state, to_state, customers from mart_state_flow where not is_allowed
  - name: who is in a state at the end of a month leaves it or stays in the next
    sql: >-
      select coalesce(a.month, b.month) as month, coalesce(a.state, b.state) as state, a.customers as at_the_end, b.customers as in_the_next
      from (select (month + interval 1 month)::date as month, to_state as state, sum(customers) as customers from mart_state_flow group by all) as a
      full join (select month, from_state as state, sum(customers) as customers from mart_state_flow where from_state <> 'none' group by all) as b using (month, state)
      where a.customers is distinct from b.customers and coalesce(a.month, b.month) <= (select max(month) from mart_state_flow)
  - name: the last month ends with the states of mart_customer_state
    sql: >-
      select state, sum(in_flow) as in_flow, sum(in_states) as in_states
      from (
        select to_state as state, customers as in_flow, 0 as in_states from mart_state_flow where month = (select max(month) from mart_state_flow)
        union all
        select state, 0, 1 from mart_customer_state
      )
      group by state having sum(in_flow) <> sum(in_states)
  - name: first deals are the new customers of mart_retention_month
    sql: >-
      select month, sum(in_flow) as in_flow, sum(new) as new
      from (
        select month, customers as in_flow, 0 as new from mart_state_flow where to_state in ('actual', 'lost') and from_state in ('none', 'potential', 'target')
        union all
        select month, 0, new from mart_retention_month where segment_kind = 'all'
      )
      group by month having sum(in_flow) <> sum(new) order by month
measures:
  - name: moves
    title: {en: Customers who changed state, zh: 状态迁移客户数}
    expression: sum(customers) filter (where is_move)
    unit: customers
    additivity: additive
    format: count
  - name: target_conversion
    title: {en: Targets who bought, zh: 目标客户转化率}
    expression: (sum(customers) filter (where from_state = 'target' and to_state = 'actual'))::double / nullif(sum(customers) filter (where from_state = 'target'), 0)
    unit: share
    additivity: ratio
    format: percent
*/
with customers as (
    select
        customer_id,
        {{ month_start "known_on" }} as known_month,
        {{ month_start "first_deal_on" }} as deal_month
    from {{ ref "mart_customer_state" }}
),
-- Who is followed, by month: only keys that anybody ever followed.
versions as (
    select system || ':' || customer_id as customer_key, valid_from, account_manager_id is not null as is_followed
    from {{ input "customer" }}
    where (system, customer_id) in (select (system, customer_id) from {{ input "customer" }} where account_manager_id is not null)
),
followed_keys as (
    select
        i.customer_id,
        v.customer_key,
        case when v.valid_from = min(v.valid_from) over (partition by v.customer_key) then date '0001-01-01' else {{ month_start "v.valid_from" }} end as month,
        v.valid_from,
        v.is_followed
    from versions as v
    join {{ ref "dim_customer_identity" }} as i on i.customer_key = v.customer_key
),
-- The last version of a month tells its end; what holds only after as_of does not count.
key_months as (
    select customer_id, customer_key, month, cast(is_followed as integer) as followed
    from followed_keys
    where valid_from <= {{ var "as_of" }} or month = date '0001-01-01'
    qualify row_number() over (partition by customer_key, month order by valid_from desc) = 1
),
key_changes as (
    select customer_id, month, followed - lag(followed, 1, 0) over (partition by customer_key order by month) as change
    from key_months
),
-- An assignment counts in the month at whose end, or as_of, its week runs, and no more in the next.
assigned_months as (
    select distinct i.customer_id, a.month
    from (
        select customer_key, week_on, {{ month_start "week_on" }} as month
        from {{ ref "fact_assignment" }}
        union all
        select customer_key, week_on, {{ month_start "week_on + 6" }}
        from {{ ref "fact_assignment" }}
    ) as a
    join {{ ref "dim_customer_identity" }} as i on i.customer_key = a.customer_key
    where least(last_day(a.month), {{ var "as_of" }}) between a.week_on and a.week_on + 6
        and a.month <= {{ var "as_of" }}
),
follow_changes as (
    select customer_id, month, change from key_changes
    union all
    select customer_id, month, 1 from assigned_months
    union all
    select customer_id, {{ add_months "month" "1" }}, -1
    from assigned_months
    where month < {{ month_start (var "as_of") }}
),
customer_changes as (
    select c.customer_id, greatest(k.month, c.known_month) as month, sum(k.change) as change
    from follow_changes as k
    join customers as c on c.customer_id = k.customer_id
    where c.deal_month is null or greatest(k.month, c.known_month) < c.deal_month
    group by 1, 2
),
-- A customer is followed while any of its keys or an assignment says so; before it was first, from known_month on, it is not.
states as (
    select customer_id, month, case when sum(change) over (partition by customer_id order by month) > 0 then 'target' else 'potential' end as state
    from (
        select customer_id, month, change from customer_changes
        union all
        select customer_id, known_month, 0
        from customers
        where customer_id in (select customer_id from customer_changes)
    )
    qualify row_number() over (partition by customer_id, month order by change <> 0 desc) = 1
),
told as (
    select customer_id, month, state, coalesce(lag(state) over (partition by customer_id order by month), 'none') as last_state
    from states
),
last_states as (
    select customer_id, max_by(state, month) as state
    from states
    group by customer_id
),
departed as materialized (
    select i.customer_id, d.lost_on
    from {{ input "departure" }} as d
    join {{ ref "dim_customer_identity" }} as i on i.customer_key = d.system || ':' || d.customer_id
    where d.lost_on <= {{ var "as_of" }}
),
-- Few customers, found first and then looked up: who departed in the month of the first deal …
departed_at_once as materialized (
    select c.customer_id, c.deal_month, max(d.lost_on) as lost_on
    from departed as d
    join customers as c on c.customer_id = d.customer_id and c.deal_month = {{ month_start "d.lost_on" }}
    group by all
),
their_keys as materialized (
    select d.customer_id, d.deal_month, d.lost_on, i.customer_key
    from departed_at_once as d
    join {{ ref "dim_customer_identity" }} as i on i.customer_id = d.customer_id
),
-- … and did not buy again in it.
lost_at_once as (
    select k.customer_id
    from their_keys as k
    join {{ ref "fact_customer_value" }} as v on v.customer_key = k.customer_key and v.month = k.deal_month
    group by k.customer_id
    having max(k.lost_on) >= max(case when v.last_sold_on <= {{ var "as_of" }} then v.last_sold_on when v.first_sold_on <= {{ var "as_of" }} then v.first_sold_on end)
),
-- Everybody else without a deal is potential.
spans as (
    select
        c.known_month,
        c.deal_month,
        case when c.customer_id in (select customer_id from lost_at_once) then 'lost' else 'actual' end as deal_state,
        s.state,
        count(*) as customers
    from customers as c
    left join last_states as s on s.customer_id = c.customer_id
    group by all
),
moves as (
    select month, last_state as from_state, state as to_state, count(*) as customers
    from told
    where state <> last_state
    group by all
    union all
    select known_month, 'none', 'potential', sum(customers)
    from spans
    where state is null and (deal_month is null or known_month < deal_month)
    group by known_month
    union all
    select deal_month, case when known_month < deal_month then coalesce(state, 'potential') else 'none' end, deal_state, sum(customers)
    from spans
    where deal_month is not null
    group by 1, 2, 3
),
months as (
    select unnest(generate_series(min(month), {{ month_start (var "as_of") }}, interval 1 month))::date as month
    from moves
    having min(month) is not null
),
-- Potential and target customers at the end of each month.
stocks as (
    select
        month,
        state,
        sum(coalesce(change, 0)) over (partition by state order by month) as customers
    from months
    cross join (values ('potential'), ('target')) as kinds(state)
    left join (
        select month, state, sum(change) as change
        from (
            select month, to_state as state, customers as change from moves
            union all
            select month, from_state, -customers from moves
        )
        group by all
    ) using (month, state)
),
leavers as (
    select month, from_state as state, sum(customers) as customers
    from moves
    group by all
),
stays as (
    select s.month, s.state, lag(s.customers, 1, 0) over (partition by s.state order by s.month) - coalesce(l.customers, 0) as customers
    from stocks as s
    left join leavers as l on l.month = s.month and l.state = s.state
),
retention as (
    select month, kept, lost, reactivated, new_lost, dormant + departed as all_lost
    from {{ ref "mart_retention_month" }}
    where segment_kind = 'all'
),
flows as (
    select month, from_state, to_state, sum(customers) as customers
    from (
        select month, from_state, to_state, customers from moves
        union all
        select month, state, state, customers from stays
        union all
        select month, 'actual', 'actual', kept from retention
        union all
        select month, 'actual', 'lost', lost from retention
        union all
        select month, 'lost', 'actual', reactivated from retention
        union all
        select month, 'lost', 'lost', all_lost - lost - new_lost from retention
    )
    group by all
    having sum(customers) <> 0
),
compared as (
    select
        month,
        from_state,
        to_state,
        customers,
        case when from_state <> 'none' then sum(customers) over (partition by month, from_state) end as customers_before
    from flows
)
select
    cast(month as date) as month,
    cast(from_state as varchar) as from_state,
    cast(to_state as varchar) as to_state,
    cast(customers as bigint) as customers,
    cast(customers_before as bigint) as customers_before,
    cast({{ ratio "customers" "customers_before" }} as double) as share,
    cast(from_state <> to_state as boolean) as is_move,
    cast(
        from_state = to_state or (from_state = 'none' and to_state <> 'lost') or (from_state, to_state) in (
            ('potential', 'target'),
            ('target', 'potential'),
            ('potential', 'actual'),
            ('target', 'actual'),
            ('actual', 'lost'),
            ('lost', 'actual')
        ) as boolean
    ) as is_allowed,
    cast(last_day(month) > {{ var "as_of" }} as boolean) as is_open
from compared
