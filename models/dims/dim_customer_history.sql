/* model
name: dim_customer_history
description: >-
  One row per customer (customer_id) and stretch of days in which nothing of it changed, for facts
  of that time: manager and type as the source versions said on the day; state, ABC tier and RFM
  name as recomputed at month ends with what is known now. Of several keys each attribute is the first system's that has
  it, as in dim_customer; first versions hold from the beginning. What is recomputed holds from the day after
  the month end that it was reckoned for. A state looks at no clock, so that a row which begins after
  as_of says what will be if nobody buys until then; tier and name are those of month ends that
  as_of has seen. Only changes have rows; anonymous sales are left out.
grain: [customer_id, valid_from]
optional: [customer, departure, fact_assignment, fact_customer_value, step_month_end_cut, step_value_span, step_purchase_span]
upkeep: {touched: step_history_touched, replaces: customer_id}
columns:
  customer_id: {type: string, description: The smallest key of those that are one customer., tests: [not_null]}
  valid_from: {type: date, description: First day of the stretch; 0001-01-01 for the beginning., tests: [not_null]}
  valid_to: {type: date, description: "First day on which it no longer holds; 9999-12-31 for none.", tests: [not_null]}
  customer_type: {type: string, description: "person or company, as the sources said."}
  account_manager_key: {type: string, description: "The employee who looked after it, system:employee id, as the sources said."}
  state: {type: string, description: "At the last month end before the stretch: potential (no deal by then, and not followed), target (no deal, and followed: it had an account manager, or was assigned to somebody for the week of that day), actual (a deal, and not lost), or lost (lapsed, or a recorded departure after its last deal).", tests: [not_null, {accepted_values: [potential, target, actual, lost]}]}
  abc_tier: {type: string, description: "At the last month end before the stretch, as mart_customer would have had it: A, B or C by the value of the trailing twelve months; null before the first deal.", tests: [{accepted_values: [A, B, C]}]}
  rfm_name: {type: string, description: "At the same month end, by recency and frequency as mart_customer would have named it; null before the first deal.", tests: [{accepted_values: [champion, loyal, potential_loyal, new, promising, needs_attention, about_to_sleep, cannot_lose, at_risk, hibernating]}]}
tests:
  - unique: [customer_id, valid_from]
  - name: stretches follow one another without a gap
    by_key: true
    sql: >-
      select customer_id, valid_from, valid_to, next_from
      from (select customer_id, valid_from, valid_to, lead(valid_from) over (partition by customer_id order by valid_from) as next_from from dim_customer_history)
      where valid_to <> coalesce(next_from, date '9999-12-31')
*/
with identities as (
    select customer_key, customer_id
    from {{ ref "dim_customer_identity" }}
    where {{ touched "customer_key" }}
),
-- Customers by a number, since numbers sort faster than ids.
customers as materialized (
    select customer_id, cast(row_number() over () as integer) as customer, count(*) > 1 as is_shared
    from identities
    group by customer_id
),
keys as materialized (
    select i.customer_key, c.customer, c.is_shared
    from identities as i
    join customers as c on c.customer_id = i.customer_id
),
versions as (
    select
        k.customer,
        k.customer_key,
        k.is_shared,
        coalesce(list_position(list_value{{ var "system_priority" }}, c.system), 9999) as place,
        c.valid_from,
        c.customer_type,
        c.system || ':' || c.account_manager_id as account_manager_key,
        c.delivery_id,
        c.source_row
    from {{ input "customer" }} as c
    join keys as k on k.customer_key = c.system || ':' || c.customer_id
),
-- Who was assigned to somebody for a week in which a month ends.
assigned as (
    select distinct k.customer, a.month
    from (
        select customer_key, week_on, {{ month_start "week_on" }} as month
        from {{ ref "fact_assignment" }}
        union all
        select customer_key, week_on, {{ month_start "week_on + 6" }}
        from {{ ref "fact_assignment" }}
    ) as a
    join keys as k on k.customer_key = a.customer_key
    where last_day(a.month) between a.week_on and a.week_on + 6
),
-- Most customers have one version, which holds for ever: only the others are followed in time.
changing as (
    select customer from versions group by customer having count(*) > 1
    union
    select customer from assigned
),
dated_versions as (
    select
        * replace (case when row_number() over by_day = 1 then date '0001-01-01' else valid_from end as valid_from),
        coalesce(lead(valid_from) over by_day, date '9999-12-31') as valid_to
    from (
        select *
        from versions
        where customer in (from changing)
        qualify row_number() over (partition by customer_key, valid_from order by delivery_id desc, source_row desc) = 1
    )
    window by_day as (partition by customer_key order by valid_from)
),
-- Of several keys, what each day's versions say together.
told as (
    select customer, valid_from, customer_type, account_manager_key
    from dated_versions
    where not is_shared
    union all
    select
        d.customer,
        d.valid_from,
        arg_min(v.customer_type, (v.place, v.customer_key)) as customer_type,
        arg_min(v.account_manager_key, (v.place, v.customer_key)) as account_manager_key
    from (select distinct customer, valid_from from dated_versions where is_shared) as d
    join dated_versions as v on v.customer = d.customer and v.valid_from <= d.valid_from and v.valid_to > d.valid_from
    group by d.customer, d.valid_from
),
departures as (
    select k.customer, {{ month_start "d.lost_on" }} as month, max(d.lost_on) as lost_on
    from {{ input "departure" }} as d
    join keys as k on k.customer_key = d.system || ':' || d.customer_id
    group by all
),
deals as (
    select k.customer, k.is_shared, v.month, v.last_sold_on
    from {{ ref "fact_customer_value" }} as v
    join keys as k on k.customer_key = v.customer_key
    where v.last_sold_on is not null
),
-- A month of a customer with one key and no departure has one row as it is. Who never bought cannot
-- be lost: what was recorded before the first deal counts for nothing.
event_months as (
    select customer, month, last_sold_on as last_deal_on, cast(null as date) as lost_on
    from deals
    where not is_shared and customer not in (select customer from departures)
    union all
    select customer, month, max(last_sold_on) as last_deal_on, max(lost_on) as lost_on
    from (
        select customer, month, last_sold_on, cast(null as date) as lost_on
        from deals
        where is_shared or customer in (select customer from departures)
        union all
        select customer, month, null, lost_on
        from departures
    )
    group by customer, month
    qualify
        max(lost_on) is null
        or count(max(last_sold_on)) over (partition by customer order by month rows unbounded preceding) > 0
),
-- The state at the end of each month with a deal or a departure, those around it, and when after
-- a deal the lapse window is over.
events as (
    select
        customer,
        month,
        coalesce(lost_on >= coalesce(last_deal_on, lost_on), false) as is_lost,
        {{ month_start (add_days (add_months "last_deal_on" (var "lapse_months")) "1") }} as lapse_month,
        coalesce(
            lag(lost_on) over by_month >= coalesce(lag(last_deal_on) over by_month, lag(lost_on) over by_month)
            or lag({{ month_start (add_days (add_months "last_deal_on" (var "lapse_months")) "1") }}) over by_month < month,
            false
        ) as was_lost,
        lag(month) over by_month is null as is_first,
        lead(month) over by_month as next_month
    from event_months
    window by_month as (partition by customer order by month)
),
-- Only what changes the state of the month end before.
states as (
    select customer, {{ add_months "month" "1" }} as valid_from, case when is_lost then 'lost' else 'actual' end as state
    from events
    where is_first or is_lost <> was_lost
    union all
    select customer, {{ add_months "lapse_month" "1" }} as valid_from, 'lost' as state
    from events
    where not is_lost and (next_month is null or lapse_month < next_month)
),
-- Of customers with one version or none: what it says is so throughout.
steady as (
    select
        c.customer,
        v.customer_type,
        v.account_manager_key,
        case when v.account_manager_key is not null then 'target' else 'potential' end as first_state
    from customers as c
    left join versions as v on v.customer = c.customer
    where c.customer not in (from changing)
),
-- Of the others: what begins on which day; a null says nothing of its column. Who has no deal is
-- followed or not as the version of the month end said, or an assignment.
beginnings as (
    select customer, valid_from, true as is_told, customer_type, account_manager_key, cast(null as varchar) as state, false as is_assigned
    from told
    union all
    select customer, valid_from, false, null, null, state, false
    from states
    where customer in (from changing)
    union all
    select customer, {{ add_months (month_start "valid_from") "1" }}, false, null, null, null, false
    from told
    where valid_from > date '0001-01-01'
    union all
    select customer, {{ add_months "month" "1" }}, false, null, null, null, true
    from assigned
    union all
    select customer, unnest([date '0001-01-01', {{ add_months "month" "2" }}]), false, null, null, null, false
    from assigned
),
boundaries as (
    select
        customer,
        valid_from,
        max(state) as new_state,
        bool_or(is_told) as is_told,
        max(customer_type) as customer_type,
        max(account_manager_key) as account_manager_key,
        bool_or(is_assigned) as is_assigned
    from beginnings
    group by customer, valid_from
),
carried as (
    select
        customer,
        valid_from,
        is_assigned,
        last_value(new_state ignore nulls) over by_day as deal_state,
        last_value(case when is_told then {type: customer_type, manager: account_manager_key} end ignore nulls) over by_day as told
    from boundaries
    window by_day as (partition by customer order by valid_from rows unbounded preceding)
),
followed as (
    -- the manager at the month end is that of the day before a first of the month
    select
        *,
        case
            when valid_from = date '0001-01-01' then told.manager is not null
            when day(valid_from) = 1 then is_assigned or lag(told.manager) over by_day is not null
        end as was_followed
    from carried
    window by_day as (partition by customer order by valid_from)
),
stretches as (
    select
        customer,
        valid_from,
        told.type as customer_type,
        told.manager as account_manager_key,
        coalesce(
            deal_state,
            case when last_value(was_followed ignore nulls) over by_day then 'target' else 'potential' end
        ) as state
    from followed
    window by_day as (partition by customer order by valid_from rows unbounded preceding)
),
changes as (
    select customer, valid_from, customer_type, account_manager_key, state
    from stretches
    window by_day as (partition by customer order by valid_from)
    qualify
        row_number() over by_day = 1
        or customer_type is distinct from lag(customer_type) over by_day
        or account_manager_key is distinct from lag(account_manager_key) over by_day
        or state is distinct from lag(state) over by_day
    union all
    select customer, date '0001-01-01', customer_type, account_manager_key, first_state
    from steady
    union all
    select s.customer, s.valid_from, c.customer_type, c.account_manager_key, s.state
    from states as s
    join steady as c on c.customer = s.customer
),
value_spans as materialized (
    select c.customer, v.customer_id, v.month, v.next_month, v.value_amount
    from {{ ref "step_value_span" }} as v
    join customers as c on c.customer_id = v.customer_id
),
moved_cuts as materialized (
    select
        month,
        a_amount,
        a_customer_id,
        b_amount,
        b_customer_id,
        lag(a_amount) over (order by month) as last_a_amount,
        lag(a_customer_id) over (order by month) as last_a_customer_id,
        lag(b_amount) over (order by month) as last_b_amount,
        lag(b_customer_id) over (order by month) as last_b_customer_id
    from {{ ref "step_month_end_cut" }}
),
-- The tier at each month end with another value, and at those between at which a cut passes it.
tiers as (
    select
        v.customer,
        v.month,
        case
            when v.value_amount > m.a_amount or (v.value_amount = m.a_amount and v.customer_id <= m.a_customer_id) then 'A'
            when v.value_amount > m.b_amount or (v.value_amount = m.b_amount and v.customer_id <= m.b_customer_id) then 'B'
            else 'C'
        end as abc_tier
    from value_spans as v
    join moved_cuts as m on m.month = v.month
    union all
    select
        v.customer,
        m.month,
        case
            when v.value_amount > m.a_amount or (v.value_amount = m.a_amount and v.customer_id <= m.a_customer_id) then 'A'
            when v.value_amount > m.b_amount or (v.value_amount = m.b_amount and v.customer_id <= m.b_customer_id) then 'B'
            else 'C'
        end
    from value_spans as v
    join moved_cuts as m on m.month > v.month and m.month < v.next_month
    where v.value_amount between (select min(b_amount) from moved_cuts) and (select max(a_amount) from moved_cuts)
        and v.next_month > v.month + 31
        and (
            v.value_amount between least(m.a_amount, m.last_a_amount) and greatest(m.a_amount, m.last_a_amount)
            or v.value_amount between least(m.b_amount, m.last_b_amount) and greatest(m.b_amount, m.last_b_amount)
        )
),
tier_changes as (
    select customer, month, abc_tier
    from tiers
    qualify abc_tier is distinct from lag(abc_tier) over (partition by customer order by month)
),
-- The RFM name of each last purchase day and frequency at every month end from that day on. Above
-- all cuts one frequency is as good as another.
purchase_spans as materialized (
    select
        c.customer,
        p.month,
        p.next_month,
        p.last_purchase_on,
        least(p.frequency, h.frequency) as frequency,
        p.last_recency_on,
        least(p.last_frequency, h.frequency) as last_frequency
    from {{ ref "step_purchase_span" }} as p
    join customers as c on c.customer_id = p.customer_id
    cross join (select max(frequency_cut_4) + 1 as frequency from {{ ref "step_month_end_cut" }}) as h
),
scored as (
    select
        c.month,
        p.last_purchase_on,
        p.frequency,
        1 + (p.last_purchase_on > c.recency_cut_1)::int + (p.last_purchase_on > c.recency_cut_2)::int
            + (p.last_purchase_on > c.recency_cut_3)::int + (p.last_purchase_on > c.recency_cut_4)::int as recency_score,
        1 + (p.frequency > c.frequency_cut_1)::int + (p.frequency > c.frequency_cut_2)::int
            + (p.frequency > c.frequency_cut_3)::int + (p.frequency > c.frequency_cut_4)::int as frequency_score
    from (select last_purchase_on, frequency, min(month) as month from purchase_spans group by all) as p
    join {{ ref "step_month_end_cut" }} as c on c.month >= p.month
),
named as materialized (
    select
        month,
        last_purchase_on,
        frequency,
        case
            when recency_score = 5 and frequency_score >= 4 then 'champion'
            when recency_score >= 3 and frequency_score >= 4 then 'loyal'
            when recency_score >= 4 and frequency_score >= 2 then 'potential_loyal'
            when recency_score = 5 then 'new'
            when recency_score = 4 then 'promising'
            when recency_score = 3 and frequency_score = 3 then 'needs_attention'
            when recency_score = 3 then 'about_to_sleep'
            when frequency_score = 5 then 'cannot_lose'
            when frequency_score >= 3 then 'at_risk'
            else 'hibernating'
        end as rfm_name
    from scored
),
renamed as (
    select *, lag(rfm_name) over (partition by last_purchase_on, frequency order by month) as last_name
    from named
),
name_changes as (
    select p.customer, p.month, n.rfm_name
    from purchase_spans as p
    join renamed as n on n.month = p.month and n.last_purchase_on = p.last_purchase_on and n.frequency = p.frequency
    left join renamed as b on b.month = p.month and b.last_purchase_on = p.last_recency_on and b.frequency = p.last_frequency
    where n.rfm_name is distinct from b.last_name
    union all
    select p.customer, n.month, n.rfm_name
    from purchase_spans as p
    join (from renamed where rfm_name <> last_name) as n
        on n.last_purchase_on = p.last_purchase_on and n.frequency = p.frequency and n.month > p.month and n.month < p.next_month
),
-- All that changes, each on its days. Words as enums, since numbers are carried on faster; what a
-- source leaves empty is no null, since nulls say nothing here.
series as (
    select
        customer,
        valid_from,
        coalesce(customer_type, '') as customer_type,
        coalesce(account_manager_key, '') as account_manager_key,
        cast(state as enum('potential', 'target', 'actual', 'lost')) as state,
        cast(null as enum('A', 'B', 'C')) as abc_tier,
        cast(null as enum('champion', 'loyal', 'potential_loyal', 'new', 'promising', 'needs_attention', 'about_to_sleep', 'cannot_lose', 'at_risk', 'hibernating')) as rfm_name
    from changes
    union all
    select customer, {{ add_months "month" "1" }}, null, null, null, cast(abc_tier as enum('A', 'B', 'C')), null
    from tier_changes
    union all
    select customer, {{ add_months "month" "1" }}, null, null, null, null, cast(rfm_name as enum('champion', 'loyal', 'potential_loyal', 'new', 'promising', 'needs_attention', 'about_to_sleep', 'cannot_lose', 'at_risk', 'hibernating'))
    from name_changes
),
history as (
    select
        customer,
        valid_from,
        coalesce(lead(valid_from) over by_day, date '9999-12-31') as valid_to,
        last_value(customer_type ignore nulls) over (by_day rows unbounded preceding) as customer_type,
        last_value(account_manager_key ignore nulls) over (by_day rows unbounded preceding) as account_manager_key,
        last_value(state ignore nulls) over (by_day rows unbounded preceding) as state,
        last_value(abc_tier ignore nulls) over (by_day rows unbounded preceding) as abc_tier,
        last_value(rfm_name ignore nulls) over (by_day rows unbounded preceding) as rfm_name
    from series
    window by_day as (partition by customer order by valid_from)
    qualify valid_to > valid_from
)
select
    cast(c.customer_id as varchar) as customer_id,
    cast(h.valid_from as date) as valid_from,
    cast(h.valid_to as date) as valid_to,
    cast(nullif(h.customer_type, '') as varchar) as customer_type,
    cast(nullif(h.account_manager_key, '') as varchar) as account_manager_key,
    cast(h.state as varchar) as state,
    cast(h.abc_tier as varchar) as abc_tier,
    cast(h.rfm_name as varchar) as rfm_name
from history as h
join customers as c on c.customer = h.customer
