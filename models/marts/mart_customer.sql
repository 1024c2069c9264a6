/* model
name: mart_customer
description: >-
  One row per customer (customer_id, all its keys merged) at the end of as_of: recency, frequency,
  value, margin, ABC tier, RFM, state, list, last contact, open cases and promises, last score, and
  what to do next. Population: customers with at least one deal by as_of;
  anonymous sales and those who only know us are left out. Window: all history by as_of; amounts
  are kept by month, so they take in all of as_of's month that has come in; ABC tier and the value
  of RFM are of the trailing twelve months. RFM after Hughes (Strategic Database Marketing), the
  three apart, by ranks of values and not of rows, so that equals score the same (DOMAIN.md 2.1,
  2.2).
grain: [customer_id]
reaches: [as_of]
optional: [departure, fact_case, fact_contact, fact_promise]
columns:
  customer_id: {type: string, description: The smallest key of those that are one customer., tests: [not_null]}
  as_of: {type: date, description: The day that the row tells of., tests: [not_null]}
  keys: {type: bigint, unit: keys, description: How many customer keys it has., tests: [not_null]}
  systems: {type: string, description: "The systems that know it, in alphabetical order with a comma between."}
  customer_type: {type: string, description: person or company.}
  city: {type: string, description: City.}
  region: {type: string, description: Region.}
  country: {type: string, description: Country.}
  birth_year: {type: int, description: Year of birth.}
  industry: {type: string, description: "Industry, for companies."}
  size: {type: string, description: "Size class, for companies."}
  parent_customer_id: {type: string, description: The customer that it belongs to.}
  account_manager_key: {type: string, description: "The employee who looks after it, system:employee id."}
  first_month: {type: date, description: First day of the month of the first purchase day; null without one.}
  first_purchase_on: {type: date, description: "First purchase day: a deal, and a day's net of zero or more."}
  last_purchase_on: {type: date, description: Last purchase day by as_of.}
  recency_days: {type: int, unit: days, description: Days from last_purchase_on to as_of; null without a purchase day.}
  tenure_days: {type: int, unit: days, description: Days from first_purchase_on to as_of; null without a purchase day.}
  frequency: {type: bigint, unit: days, description: "Purchase days by as_of; a day shared by two keys counts once.", tests: [not_null]}
  first_deal_on: {type: date, description: "First day with a deal (positive quantity, no return).", tests: [not_null]}
  last_deal_on: {type: date, description: "Last day with a deal by as_of, from which lapse is counted.", tests: [not_null]}
  documents: {type: bigint, unit: documents, description: Documents with at least one deal line that is no return., tests: [not_null]}
  net_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Net sales, returns taken off.", tests: [not_null]}
  returns_amount: {type: "decimal(18,4)", unit: reporting currency, description: The part of net_amount that is returns; zero or negative., tests: [not_null]}
  average_order_amount: {type: double, unit: reporting currency per document, description: net_amount / documents; null without documents.}
  costed_net_amount: {type: "decimal(18,4)", unit: reporting currency, description: Net of the deal lines whose cost is known., tests: [not_null]}
  margin_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Margin of the lines whose cost is known; null where costed_net_amount covers less than 95 % of net_amount."}
  cost_to_serve_amount: {type: "decimal(18,4)", unit: reporting currency, description: Activity costs charged to it; 0 while no costs come in., tests: [not_null]}
  trailing_net_amount: {type: "decimal(18,4)", unit: reporting currency, description: Net sales of the twelve calendar months that end with as_of's., tests: [not_null]}
  trailing_margin_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Margin of the same months, of lines whose cost is known; null where that is less than 95 % of trailing_net_amount."}
  trailing_value_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Value of the same months by value_basis: the margin of lines whose cost is known, or the net.", tests: [not_null]}
  value_basis: {type: string, description: "margin where the cost of 95 % of all customers' trailing net is known, else net; one for the night.", tests: [not_null, {accepted_values: [margin, net]}]}
  trailing_profit_amount: {type: "decimal(18,4)", unit: reporting currency, description: "trailing_value_amount less the cost to serve of the same months; null where value_basis is net."}
  value_rank: {type: bigint, unit: rank, description: "Place by trailing_value_amount, the highest first, equal ones by customer_id.", tests: [not_null]}
  value_before_amount: {type: "decimal(18,4)", unit: reporting currency, description: "What those before it by value_rank bring together; values below zero count as zero.", tests: [not_null]}
  abc_tier: {type: string, description: "By value_before_amount as a share of all values above zero: A below 80 %, B below 95 %, else C. So the customer with whom 80 % are reached is an A, and whose value is not above zero is a C.", tests: [not_null, {accepted_values: [A, B, C]}]}
  recency_score: {type: int, unit: score, description: "5 for the latest last_purchase_on to 1: 1 + floor(5 (rank − 1) / customers), where rank − 1 is how many are worse, so that equal days score the same; without a purchase day, worst.", tests: [not_null, {accepted_values: [1, 2, 3, 4, 5]}]}
  frequency_score: {type: int, unit: score, description: "The same by frequency, all purchase days by as_of.", tests: [not_null, {accepted_values: [1, 2, 3, 4, 5]}]}
  monetary_score: {type: int, unit: score, description: The same by trailing_value_amount., tests: [not_null, {accepted_values: [1, 2, 3, 4, 5]}]}
  recency_fifth: {type: int, unit: fifth, description: "5 for the fifth of all customers who bought last, to 1; of equals, who comes later by value_rank comes into the lower part.", tests: [not_null, {accepted_values: [1, 2, 3, 4, 5]}]}
  frequency_fifth: {type: int, unit: fifth, description: "The same by frequency.", tests: [not_null, {accepted_values: [1, 2, 3, 4, 5]}]}
  monetary_fifth: {type: int, unit: fifth, description: "The same by trailing_value_amount.", tests: [not_null, {accepted_values: [1, 2, 3, 4, 5]}]}
  rfm: {type: string, description: "The scores of recency, frequency and value, such as 543.", tests: [not_null]}
  rfm_name: {type: string, description: "By recency_score r and frequency_score f. r 5: champion (f 4–5), potential_loyal (2–3), new (1). r 4: loyal (4–5), potential_loyal (2–3), promising (1). r 3: loyal (4–5), needs_attention (3), about_to_sleep (1–2). r 1–2: cannot_lose (5), at_risk (3–4), hibernating (1–2).", tests: [not_null, {accepted_values: [champion, loyal, potential_loyal, new, promising, needs_attention, about_to_sleep, cannot_lose, at_risk, hibernating]}]}
  state: {type: string, description: "actual, or lost: lapsed (the last deal longer ago than the lapse window, strictly), or recorded as departed by as_of, with no deal after that day.", tests: [not_null, {accepted_values: [actual, lost]}]}
  list: {type: string, description: "existing, or dormant where lapsed; a departure does not change it. Who has no deal is not in this table.", tests: [not_null, {accepted_values: [existing, dormant]}]}
  lapses_on: {type: date, description: "Last day on which it is not lapsed: last_deal_on and the lapse window, 29 February adding to the 28th.", tests: [not_null]}
  departed_on: {type: date, description: "Day on which it was recorded as lost, the first by as_of with no deal after it; null without one."}
  departure_kind: {type: string, description: "Why, as recorded on the first such day that says so, else unknown; null without departed_on."}
  lost_on: {type: date, description: "Day on which it was lost: departed_on, or the day after lapses_on where that was earlier; null where state is actual."}
  last_contact_on: {type: date, description: "Date of the latest call, visit, chat or mail by as_of, in either direction; those that the customer gave up do not count."}
  last_contact_channel: {type: string, description: "How it was, such as call, visit, chat or mail."}
  last_contact_direction: {type: string, description: "inbound: the customer turned to us; outbound: we turned to the customer."}
  open_cases: {type: bigint, unit: cases, description: Cases opened and not resolved by as_of; null while no cases come in.}
  last_complaint_on: {type: date, description: Date on which its latest complaint by as_of was opened.}
  last_complaint_severity: {type: string, description: "How severe that one was: low, normal, high or critical."}
  last_complaint_is_open: {type: boolean, description: Whether that one is not resolved by as_of.}
  open_promises: {type: bigint, unit: promises, description: Promises made and not kept by as_of; null while no promises come in.}
  overdue_promises: {type: bigint, unit: promises, description: Of them those that were due before as_of.}
  next_step: {type: string, description: "What is to be done first: keep_promise (one is open), resolve_case (one is open), follow_up (the last contact named a date for it), win_back (lapsed and not departed); null for nothing of these.", tests: [{accepted_values: [keep_promise, resolve_case, follow_up, win_back]}]}
  next_step_on: {type: date, description: "Its date: the earliest by which an open promise is due, the opening of the oldest open case, the date of the follow-up, the day after lapses_on."}
  deliveries: {type: bigint, unit: shipments, description: "Shipments received, by months of shipping.", tests: [not_null]}
  deliveries_promised: {type: bigint, unit: shipments, description: Of them those that had a date promised., tests: [not_null]}
  deliveries_on_time: {type: bigint, unit: shipments, description: Of them those received by the date promised., tests: [not_null]}
  last_score: {type: "decimal(9,4)", unit: the question's scale, description: "Latest answer by as_of to a question of role overall, turned so that more is better; null without one."}
  last_score_scale: {type: string, description: "Its scale: nps, grade4, csat5, ces7 or score10."}
  last_scored_on: {type: date, description: "Its date, else the first day of its month."}
tests:
  - unique: [customer_id]
  - name: totals by customer equal totals by line
    sql: >-
      select sum(by_customer) as by_customer, sum(by_line) as by_line
      from (
        select net_amount as by_customer, 0 as by_line from mart_customer
        union all
        select 0 as by_customer, v.net_amount as by_line
        from fact_customer_value as v
        join dim_customer_identity as i on i.customer_key = v.customer_key
        join mart_customer as c on c.customer_id = i.customer_id
        where v.month <= c.as_of
      )
      having sum(by_customer) <> sum(by_line)
  - name: nobody with a deal is left out
    sql: >-
      select i.customer_id, v.customer_key, v.first_deal_on
      from (
        select customer_key, min(first_sold_on) as first_deal_on
        from fact_customer_value
        where first_sold_on <= (select max(as_of) from mart_customer) and customer_key not in (select customer_id from mart_customer)
        group by customer_key
      ) as v
      join dim_customer_identity as i on i.customer_key = v.customer_key
      where i.customer_id not in (select customer_id from mart_customer)
      order by i.customer_id, v.customer_key
  - name: nobody is before a customer of higher value
    sql: >-
      select customer_id, trailing_value_amount, value_rank, abc_tier
      from (
        select *, lag(trailing_value_amount) over by_rank as last_value, lag(abc_tier) over by_rank as last_tier
        from mart_customer
        window by_rank as (order by value_rank)
      )
      where trailing_value_amount > last_value or abc_tier < last_tier
  - name: purchase days are at least one for each first purchase
    sql: >-
      select customer_id, frequency, first_purchase_on from mart_customer
      where (frequency = 0) <> (first_purchase_on is null) or frequency < 0
  - name: who is lost has the day, and who is dormant or departed is lost
    sql: >-
      select customer_id, state, list, lost_on, lapses_on, departed_on from mart_customer
      where (state = 'lost') <> (lost_on is not null) or (state = 'lost') <> (list = 'dormant' or departed_on is not null)
        or departed_on < last_deal_on
measures:
  - name: customers
    title: {en: Customers, zh: 客户数}
    expression: count(*)
    unit: customers
    additivity: additive
    format: count
  - name: trailing_value
    title: {en: Value of the trailing twelve months, zh: 近十二个月价值}
    expression: sum(trailing_value_amount)
    unit: reporting currency
    additivity: additive
    format: amount
  - name: repeat_rate
    title: {en: Customers with two or more purchase days, zh: 复购率}
    expression: (count(*) filter (where frequency >= 2))::double / nullif(count(*), 0)
    unit: share
    additivity: ratio
    format: percent
  - name: customers_with_open_promises
    title: {en: Customers with open promises, zh: 有未兑现承诺的客户数}
    expression: count(*) filter (where open_promises > 0)
    unit: customers
    additivity: additive
    format: count
trace:
  - from: dim_customer_identity
    where: customer_id = it.customer_id
    show: [rule]
    columns:
      keys: count(*)
  - from: fact_customer_value
    rows: >-
      select v.*, i.rule
      from fact_customer_value as v
      join dim_customer_identity as i using (customer_key)
      where i.customer_id = it.customer_id and v.month <= it.as_of
    show: [rule]
    columns:
      first_deal_on: min(first_sold_on) filter (where first_sold_on <= it.as_of)
      last_deal_on: max(case when last_sold_on <= it.as_of then last_sold_on when first_sold_on <= it.as_of then first_sold_on end)
      documents: sum(documents)
      net_amount: sum(net_amount)
      returns_amount: sum(returns_amount)
      costed_net_amount: sum(costed_net_amount)
      cost_to_serve_amount: sum(cost_to_serve_amount)
      margin_amount: sum(margin_amount) filter (where it.costed_net_amount >= 0.95 * it.net_amount)
      trailing_net_amount: sum(net_amount) filter (where month > date_trunc('month', it.as_of) - interval 12 month)
      trailing_margin_amount: sum(margin_amount) filter (where it.trailing_margin_amount is not null and month > date_trunc('month', it.as_of) - interval 12 month)
  - from: fact_customer_value
    rows: >-
      select v.*, i.rule
      from fact_customer_value as v
      join dim_customer_identity as i using (customer_key)
      where i.customer_id = it.customer_id and v.month <= it.as_of and v.month > date_trunc('month', it.as_of) - interval 12 month and it.value_basis = 'margin'
    show: [rule]
    columns:
      trailing_value_amount: sum(margin_amount)
      trailing_profit_amount: sum(coalesce(margin_amount, 0) - cost_to_serve_amount)
  - from: fact_customer_value
    rows: >-
      select v.*, i.rule
      from fact_customer_value as v
      join dim_customer_identity as i using (customer_key)
      where i.customer_id = it.customer_id and v.month <= it.as_of and v.month > date_trunc('month', it.as_of) - interval 12 month and it.value_basis = 'net'
    show: [rule]
    columns:
      trailing_value_amount: sum(net_amount)
  - from: fact_sale
    rows: >-
      select s.*, sum(s.net_amount_reporting) over (partition by s.customer_key, s.business_date) as day_amount
      from fact_sale as s
      join dim_customer_identity as i using (customer_key)
      where i.customer_id = it.customer_id and s.business_date <= it.as_of and s.is_deal
    show: [customer_key, business_date, day_amount]
    columns:
      frequency: count(distinct business_date) filter (where quantity > 0 and not is_return and day_amount >= 0)
      first_purchase_on: min(business_date) filter (where quantity > 0 and not is_return and day_amount >= 0)
      last_purchase_on: max(business_date) filter (where quantity > 0 and not is_return and day_amount >= 0)
  - from: fact_satisfaction
    rows: >-
      select v.*, i.rule
      from fact_satisfaction as v
      join dim_customer_identity as i using (customer_key)
      where i.customer_id = it.customer_id and v.month <= it.as_of
    show: [rule]
    columns:
      deliveries: sum(deliveries)
      deliveries_promised: sum(deliveries_promised)
      deliveries_on_time: sum(deliveries_on_time)
  - from: fact_survey_answer
    rows: >-
      select a.*, q.scale, case when q.polarity < 0 then q.lowest + q.highest - a.score else a.score end as turned, coalesce(a.answered_on, a.month) as scored_on
      from fact_survey_answer as a
      join dim_survey_question as q using (system, survey_id, question_id)
      join dim_customer_identity as i using (customer_key)
      where i.customer_id = it.customer_id and a.asked_side = 'customer' and a.score is not null
        and q.role = 'overall' and q.scale <> 'text' and coalesce(a.answered_on, a.month) <= it.as_of
      qualify row_number() over (order by scored_on desc, a.system desc, a.response_id desc, a.question_id desc) = 1
    show: [customer_key, answered_on, scale]
    columns:
      last_score: max(turned)
      last_score_scale: max(scale)
      last_scored_on: max(scored_on)
  - from: departure
    rows: >-
      select d.*, i.rule
      from departure as d
      join dim_customer_identity as i on i.customer_key = d.system || ':' || d.customer_id
      where i.customer_id = it.customer_id and d.lost_on between it.last_deal_on and it.as_of
    show: [lost_on, kind]
    columns:
      departed_on: min(lost_on)
    decides: [departure_kind]
  - from: fact_contact
    rows: >-
      select c.*
      from fact_contact as c
      join dim_customer_identity as i using (customer_key)
      where i.customer_id = it.customer_id and not c.is_abandoned and c.contacted_on <= it.as_of
      qualify row_number() over (order by c.contacted_on desc, c.contacted_at desc nulls last, c.system desc, c.contact_id desc) = 1
    show: [customer_key, contacted_on, channel]
    columns:
      last_contact_on: max(contacted_on)
      last_contact_channel: max(channel)
      last_contact_direction: max(direction)
  - from: fact_case
    rows: >-
      select c.*
      from fact_case as c
      join dim_customer_identity as i using (customer_key)
      where i.customer_id = it.customer_id and c.opened_on <= it.as_of and (not c.is_resolved or c.resolved_on > it.as_of)
    show: [customer_key, opened_on, kind]
    columns:
      open_cases: count(*)
  - from: fact_case
    rows: >-
      select c.*
      from fact_case as c
      join dim_customer_identity as i using (customer_key)
      where i.customer_id = it.customer_id and c.is_complaint and c.opened_on <= it.as_of
      qualify row_number() over (order by c.opened_on desc, c.opened_at desc nulls last, c.system desc, c.case_id desc) = 1
    show: [customer_key, opened_on, severity]
    columns:
      last_complaint_on: max(opened_on)
      last_complaint_severity: max(severity)
    decides: [last_complaint_is_open]
  - from: fact_promise
    rows: >-
      select p.*
      from fact_promise as p
      join dim_customer_identity as i using (customer_key)
      where i.customer_id = it.customer_id and p.made_on <= it.as_of and (p.kept_on is null or p.kept_on > it.as_of)
    show: [customer_key, made_on, due_on]
    columns:
      open_promises: count(*)
      overdue_promises: count(*) filter (where due_on < it.as_of)
  - columns:
      first_month: date_trunc('month', first_purchase_on)
      recency_days: as_of - last_purchase_on
      tenure_days: as_of - first_purchase_on
      average_order_amount: net_amount / nullif(documents, 0)
      rfm: recency_score || '' || frequency_score || monetary_score
      state: case when lapses_on < as_of or departed_on is not null then 'lost' else 'actual' end
      list: case when lapses_on < as_of then 'dormant' else 'existing' end
      lost_on: least(departed_on, case when lapses_on < as_of then lapses_on + 1 end)
*/
with merged as (
    select customer_key, customer_id
    from {{ ref "dim_customer_identity" }}
    where customer_key <> customer_id
),
-- The twelve calendar months that end with as_of's.
trailing_year as (
    select
        coalesce(merged.customer_id, customer_key) as customer_id,
        sum(net_amount) as net_amount,
        sum(costed_net_amount) as costed_net_amount,
        sum(margin_amount) as margin_amount,
        sum(cost_to_serve_amount) as cost_to_serve_amount
    from {{ ref "fact_customer_value" }}
    left join merged using (customer_key)
    where customer_key <> 'anonymous'
        and month <= {{ var "as_of" }}
        and month > {{ add_months (month_start (var "as_of")) "-12" }}
    group by 1
),
-- Few customers: who was recorded as lost, and did not buy after that.
departed as (
    select
        v.customer_id,
        min(d.lost_on) as departed_on,
        arg_min(d.kind, (d.kind = 'unknown', d.lost_on, d.kind)) as kind
    from (
        select system || ':' || customer_id as customer_key, lost_on, coalesce(kind, 'unknown') as kind
        from {{ input "departure" }}
        where lost_on <= {{ var "as_of" }}
    ) as d
    left join merged on merged.customer_key = d.customer_key
    join {{ ref "step_customer_total" }} as v on v.customer_id = coalesce(merged.customer_id, d.customer_key) and v.last_deal_on <= d.lost_on
    group by v.customer_id
),
last_contacts as (
    select
        coalesce(merged.customer_id, c.customer_key) as customer_id,
        max({
            contacted_on: c.contacted_on, contacted_at: coalesce(c.contacted_at, timestamptz '0001-01-01 00:00:00+00'), system: c.system,
            contact_id: c.contact_id, channel: c.channel, direction: c.direction, follow_up_on: c.follow_up_on
        }) as latest
    from {{ ref "fact_contact" }} as c
    left join merged on merged.customer_key = c.customer_key
    where c.customer_key <> 'anonymous' and not c.is_abandoned and c.contacted_on <= {{ var "as_of" }}
    group by 1
),
cases as (
    select
        coalesce(merged.customer_id, c.customer_key) as customer_id,
        count(*) filter (where c.is_open) as open_cases,
        min(c.opened_on) filter (where c.is_open) as oldest_on,
        max({
            opened_on: c.opened_on, opened_at: coalesce(c.opened_at, timestamptz '0001-01-01 00:00:00+00'), system: c.system,
            case_id: c.case_id, severity: c.severity, is_open: c.is_open
        }) filter (where c.is_complaint) as complaint
    from (
        select *, not is_resolved or coalesce(resolved_on > {{ var "as_of" }}, false) as is_open
        from {{ ref "fact_case" }}
        where customer_key <> 'anonymous' and opened_on <= {{ var "as_of" }}
    ) as c
    left join merged on merged.customer_key = c.customer_key
    group by 1
),
promises as (
    select
        coalesce(merged.customer_id, p.customer_key) as customer_id,
        count(*) as open_promises,
        count(*) filter (where p.due_on < {{ var "as_of" }}) as overdue_promises,
        min(p.due_on) as due_on
    from {{ ref "fact_promise" }} as p
    left join merged on merged.customer_key = p.customer_key
    where p.customer_key <> 'anonymous' and p.made_on <= {{ var "as_of" }} and (p.kept_on is null or p.kept_on > {{ var "as_of" }})
    group by 1
),
-- None is 0 where any come in at all, else null.
kept_track as (
    select
        case when exists (select 1 from {{ ref "fact_case" }}) then 0 end as no_cases,
        case when exists (select 1 from {{ ref "fact_promise" }}) then 0 end as no_promises
),
basis as (
    select
        case
            when sum(costed_net_amount) >= 0.95 * sum(net_amount) and count(margin_amount) > 0 then 'margin'
            else 'net'
        end as value_basis
    from trailing_year
),
-- Everybody, with what they are ranked by, before the wide joins.
measured as (
    select
        v.*,
        b.value_basis,
        coalesce(t.net_amount, 0) as trailing_net_amount,
        coalesce(t.costed_net_amount, 0) as trailing_costed_net_amount,
        t.margin_amount as trailing_margin_amount,
        coalesce(t.cost_to_serve_amount, 0) as trailing_cost_to_serve_amount,
        case b.value_basis when 'margin' then coalesce(t.margin_amount, 0) else coalesce(t.net_amount, 0) end as trailing_value_amount,
        coalesce(v.last_purchase_on, date '0001-01-01') as recency_on
    from {{ ref "step_customer_total" }} as v
    cross join basis as b
    left join trailing_year as t on t.customer_id = v.customer_id
),
-- The values that cut customers into fifths: a score is 1 and how many of them lie below.
-- At least k fifths of all are worse exactly if the k-th cut lies below.
cuts as (
    select
        sum(greatest(trailing_value_amount, 0)) as value_amount,
        quantile_disc(recency_on, [0.2, 0.4, 0.6, 0.8]) as recency,
        quantile_disc(frequency, [0.2, 0.4, 0.6, 0.8]) as frequency,
        quantile_disc(trailing_value_amount, [0.2, 0.4, 0.6, 0.8]) as value
    from measured
),
-- Few columns are sorted, and by ids only once: numbers sort faster.
by_value as (
    select
        customer_id,
        recency_on,
        frequency,
        row_number() over by_value as value_rank,
        sum(greatest(trailing_value_amount, 0)) over (by_value rows unbounded preceding) - greatest(trailing_value_amount, 0) as value_before_amount
    from measured
    window by_value as (order by trailing_value_amount desc, customer_id)
),
ranked as (
    select
        customer_id,
        value_rank,
        value_before_amount,
        ntile(5) over (order by recency_on, value_rank desc) as recency_fifth,
        ntile(5) over (order by frequency, value_rank desc) as frequency_fifth,
        ntile(5) over (order by value_rank desc) as monetary_fifth
    from by_value
),
scored as (
    select
        m.*,
        r.value_rank,
        r.value_before_amount,
        r.recency_fifth,
        r.frequency_fifth,
        r.monetary_fifth,
        case
            when 100 * r.value_before_amount < 80 * c.value_amount then 'A'
            when 100 * r.value_before_amount < 95 * c.value_amount then 'B'
            else 'C'
        end as abc_tier,
        1 + (m.recency_on > c.recency[1])::int + (m.recency_on > c.recency[2])::int + (m.recency_on > c.recency[3])::int + (m.recency_on > c.recency[4])::int as recency_score,
        1 + (m.frequency > c.frequency[1])::int + (m.frequency > c.frequency[2])::int + (m.frequency > c.frequency[3])::int + (m.frequency > c.frequency[4])::int as frequency_score,
        1 + (m.trailing_value_amount > c.value[1])::int + (m.trailing_value_amount > c.value[2])::int + (m.trailing_value_amount > c.value[3])::int + (m.trailing_value_amount > c.value[4])::int as monetary_score
    from measured as m
    join ranked as r on r.customer_id = m.customer_id
    cross join cuts as c
),
customers as (
    select
        {{ add_months "s.last_deal_on" (var "lapse_months") }} as lapses_on,
        s.*,
        g.departed_on,
        g.kind as departure_kind,
        t.latest as contact,
        coalesce(a.open_cases, n.no_cases) as open_cases,
        a.oldest_on,
        a.complaint,
        coalesce(p.open_promises, n.no_promises) as open_promises,
        coalesce(p.overdue_promises, n.no_promises) as overdue_promises,
        p.due_on
    from scored as s
    cross join kept_track as n
    left join departed as g on g.customer_id = s.customer_id
    left join last_contacts as t on t.customer_id = s.customer_id
    left join cases as a on a.customer_id = s.customer_id
    left join promises as p on p.customer_id = s.customer_id
)
select
    cast(c.customer_id as varchar) as customer_id,
    cast({{ var "as_of" }} as date) as as_of,
    cast(coalesce(k.keys, 1) as bigint) as keys,
    cast(k.systems as varchar) as systems,
    cast(k.customer_type as varchar) as customer_type,
    cast(k.city as varchar) as city,
    cast(k.region as varchar) as region,
    cast(k.country as varchar) as country,
    cast(k.birth_year as integer) as birth_year,
    cast(k.industry as varchar) as industry,
    cast(k.size as varchar) as size,
    cast(k.parent_customer_id as varchar) as parent_customer_id,
    cast(k.account_manager_key as varchar) as account_manager_key,
    cast({{ month_start "c.first_purchase_on" }} as date) as first_month,
    cast(c.first_purchase_on as date) as first_purchase_on,
    cast(c.last_purchase_on as date) as last_purchase_on,
    cast({{ days_between "c.last_purchase_on" (var "as_of") }} as integer) as recency_days,
    cast({{ days_between "c.first_purchase_on" (var "as_of") }} as integer) as tenure_days,
    cast(c.frequency as bigint) as frequency,
    cast(c.first_deal_on as date) as first_deal_on,
    cast(c.last_deal_on as date) as last_deal_on,
    cast(c.documents as bigint) as documents,
    cast(c.net_amount as decimal(18, 4)) as net_amount,
    cast(c.returns_amount as decimal(18, 4)) as returns_amount,
    cast({{ ratio "c.net_amount" "c.documents" }} as double) as average_order_amount,
    cast(c.costed_net_amount as decimal(18, 4)) as costed_net_amount,
    cast(case when c.costed_net_amount >= 0.95 * c.net_amount then c.margin_amount end as decimal(18, 4)) as margin_amount,
    cast(c.cost_to_serve_amount as decimal(18, 4)) as cost_to_serve_amount,
    cast(c.trailing_net_amount as decimal(18, 4)) as trailing_net_amount,
    cast(case when c.trailing_costed_net_amount >= 0.95 * c.trailing_net_amount then c.trailing_margin_amount end as decimal(18, 4)) as trailing_margin_amount,
    cast(c.trailing_value_amount as decimal(18, 4)) as trailing_value_amount,
    cast(c.value_basis as varchar) as value_basis,
    cast(case c.value_basis when 'margin' then c.trailing_value_amount - c.trailing_cost_to_serve_amount end as decimal(18, 4)) as trailing_profit_amount,
    cast(c.value_rank as bigint) as value_rank,
    cast(c.value_before_amount as decimal(18, 4)) as value_before_amount,
    cast(c.abc_tier as varchar) as abc_tier,
    cast(c.recency_score as integer) as recency_score,
    cast(c.frequency_score as integer) as frequency_score,
    cast(c.monetary_score as integer) as monetary_score,
    cast(c.recency_fifth as integer) as recency_fifth,
    cast(c.frequency_fifth as integer) as frequency_fifth,
    cast(c.monetary_fifth as integer) as monetary_fifth,
    cast(c.recency_score || '' || c.frequency_score || c.monetary_score as varchar) as rfm,
    cast(
        case
            when c.recency_score = 5 and c.frequency_score >= 4 then 'champion'
            when c.recency_score >= 3 and c.frequency_score >= 4 then 'loyal'
            when c.recency_score >= 4 and c.frequency_score >= 2 then 'potential_loyal'
            when c.recency_score = 5 then 'new'
            when c.recency_score = 4 then 'promising'
            when c.recency_score = 3 and c.frequency_score = 3 then 'needs_attention'
            when c.recency_score = 3 then 'about_to_sleep'
            when c.frequency_score = 5 then 'cannot_lose'
            when c.frequency_score >= 3 then 'at_risk'
            else 'hibernating'
        end as varchar
    ) as rfm_name,
    cast(case when c.lapses_on < {{ var "as_of" }} or c.departed_on is not null then 'lost' else 'actual' end as varchar) as state,
    cast(case when c.lapses_on < {{ var "as_of" }} then 'dormant' else 'existing' end as varchar) as list,
    cast(c.lapses_on as date) as lapses_on,
    cast(c.departed_on as date) as departed_on,
    cast(c.departure_kind as varchar) as departure_kind,
    cast(least(c.departed_on, case when c.lapses_on < {{ var "as_of" }} then c.lapses_on + 1 end) as date) as lost_on,
    cast(c.contact.contacted_on as date) as last_contact_on,
    cast(c.contact.channel as varchar) as last_contact_channel,
    cast(c.contact.direction as varchar) as last_contact_direction,
    cast(c.open_cases as bigint) as open_cases,
    cast(c.complaint.opened_on as date) as last_complaint_on,
    cast(c.complaint.severity as varchar) as last_complaint_severity,
    cast(c.complaint.is_open as boolean) as last_complaint_is_open,
    cast(c.open_promises as bigint) as open_promises,
    cast(c.overdue_promises as bigint) as overdue_promises,
    cast(
        case
            when c.open_promises > 0 then 'keep_promise'
            when c.open_cases > 0 then 'resolve_case'
            when c.contact.follow_up_on is not null then 'follow_up'
            when c.lapses_on < {{ var "as_of" }} and c.departed_on is null then 'win_back'
        end as varchar
    ) as next_step,
    cast(
        case
            when c.open_promises > 0 then c.due_on
            when c.open_cases > 0 then c.oldest_on
            when c.contact.follow_up_on is not null then c.contact.follow_up_on
            when c.lapses_on < {{ var "as_of" }} and c.departed_on is null then c.lapses_on + 1
        end as date
    ) as next_step_on,
    cast(c.deliveries as bigint) as deliveries,
    cast(c.deliveries_promised as bigint) as deliveries_promised,
    cast(c.deliveries_on_time as bigint) as deliveries_on_time,
    cast(c.last_score as decimal(9, 4)) as last_score,
    cast(c.last_score_scale as varchar) as last_score_scale,
    cast(c.last_scored_on as date) as last_scored_on
from customers as c
left join {{ ref "dim_customer" }} as k on k.customer_id = c.customer_id
