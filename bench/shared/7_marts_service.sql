-- Marts of the service.

-- step: mart_service
create table warehouse.mart_service as
with contacts as (
    select
        c.month,
        coalesce(c.channel, 'none') as channel,
        coalesce(c.department, 'none') as department,
        coalesce(k.severity, 'none') as case_severity,
        c.direction = 'inbound' as is_inbound,
        c.direction = 'inbound' and c.is_abandoned as is_abandoned,
        case when c.direction = 'inbound' and not c.is_abandoned then c.waited_seconds end as waited_seconds,
        case when c.direction = 'inbound' and c.is_abandoned then c.waited_seconds end as gave_up_seconds,
        case when c.contacted_on + 7 <= date '{as_of}' then c.is_resolved_first end as is_resolved_first
    from warehouse.fact_contact as c
    left join warehouse.fact_case as k on k.system = c.system and k.case_id = c.case_id
),
contacted as (
    select
        month,
        case when grouping(channel) = 1 then 'all' else channel end as channel,
        case when grouping(channel) = 1 then 'all' else department end as department,
        case when grouping(channel) = 1 then 'all' else case_severity end as case_severity,
        count(*) filter (where is_inbound) as contacts_in,
        count(*) filter (where not is_inbound) as contacts_out,
        count(*) filter (where is_abandoned) as abandoned,
        count(waited_seconds) as waited,
        sum(waited_seconds) as seconds_waited,
        quantile_cont(waited_seconds::double, 0.5) as wait_median_seconds,
        quantile_cont(waited_seconds::double, 0.9) as wait_p90_seconds,
        count(waited_seconds) + count(*) filter (where gave_up_seconds > 20) as service_level_base,
        count(*) filter (where waited_seconds <= 20) as answered_in_time,
        count(is_resolved_first) as issues,
        count(*) filter (where is_resolved_first) as issues_resolved_first
    from contacts
    group by grouping sets ((month), (month, channel, department, case_severity))
),
cases as (
    select
        month,
        coalesce(channel, 'none') as channel,
        coalesce(department, 'none') as department,
        coalesce(severity, 'none') as case_severity,
        is_complaint,
        is_answered,
        is_resolved,
        hours_to_answer,
        hours_to_resolve,
        transfers,
        reopened,
        case
            when hours_to_answer is not null then hours_to_answer <= (map {'critical': 2::double, 'high': 8::double, 'low': 72::double, 'normal': 24::double})[severity]
            -- by dates: open for at least so long at the end of as_of
            when not is_answered and (date '{as_of}' - opened_on) * 24 > (map {'critical': 2::double, 'high': 8::double, 'low': 72::double, 'normal': 24::double})[severity] then false
        end as is_within_standard
    from warehouse.fact_case
),
opened as (
    select
        month,
        case when grouping(channel) = 1 then 'all' else channel end as channel,
        case when grouping(channel) = 1 then 'all' else department end as department,
        case when grouping(channel) = 1 then 'all' else case_severity end as case_severity,
        count(*) as cases,
        count(*) filter (where is_complaint) as complaints,
        count(*) filter (where is_answered) as answered,
        quantile_cont(hours_to_answer::double, 0.5) as answer_median_hours,
        quantile_cont(hours_to_answer::double, 0.9) as answer_p90_hours,
        count(is_within_standard) as judged,
        count(*) filter (where is_within_standard) as answered_within_standard,
        count(*) filter (where is_resolved) as resolved,
        sum(hours_to_resolve) as hours_to_resolve,
        quantile_cont(hours_to_resolve::double, 0.5) as resolve_median_hours,
        quantile_cont(hours_to_resolve::double, 0.9) as resolve_p90_hours,
        sum(transfers) as transfers,
        count(*) filter (where reopened > 0) as reopened
    from cases
    group by grouping sets ((month), (month, channel, department, case_severity))
),
ordered as (
    select month, sum(documents) as orders
    from warehouse.fact_customer_value
    group by month
),
together as (
    select
        *,
        coalesce(o.orders, 0) as orders_of_month,
        cast(nullif(c.issues, 0) as double) as n1,
        cast(c.issues_resolved_first as double) as k1,
        cast(nullif(k.judged, 0) as double) as n2,
        cast(k.answered_within_standard as double) as k2,
        cast(1.959963985 as double) as z
    from contacted as c
    full join opened as k using (month, channel, department, case_severity)
    left join ordered as o using (month)
)
select
    cast(month as date) as month,
    cast(channel as varchar) as channel,
    cast(department as varchar) as department,
    cast(case_severity as varchar) as case_severity,
    cast(orders_of_month as bigint) as orders,
    cast(coalesce(complaints, 0) as bigint) as complaints,
    (1000 * coalesce(complaints, 0))::double / nullif((orders_of_month)::double, 0) as complaints_per_1000_orders,
    cast(coalesce(contacts_in, 0) as bigint) as contacts_in,
    cast(coalesce(contacts_out, 0) as bigint) as contacts_out,
    cast(coalesce(abandoned, 0) as bigint) as abandoned,
    abandoned::double / nullif(contacts_in::double, 0) as abandonment_rate,
    cast(coalesce(waited, 0) as bigint) as waited,
    cast(coalesce(seconds_waited, 0) as bigint) as seconds_waited,
    cast(wait_median_seconds as double) as wait_median_seconds,
    cast(wait_p90_seconds as double) as wait_p90_seconds,
    cast(coalesce(service_level_base, 0) as bigint) as service_level_base,
    cast(coalesce(answered_in_time, 0) as bigint) as answered_in_time,
    answered_in_time::double / nullif(service_level_base::double, 0) as service_level,
    cast(coalesce(issues, 0) as bigint) as issues,
    cast(coalesce(issues_resolved_first, 0) as bigint) as issues_resolved_first,
    issues_resolved_first::double / nullif(issues::double, 0) as first_contact_resolution,
    -- Wilson (1927), as method 3 of Newcombe (1998)
    (k1 + z * z / 2 - z * sqrt(k1 * (n1 - k1) / n1 + z * z / 4))::double / nullif((n1 + z * z)::double, 0) as first_contact_low,
    (k1 + z * z / 2 + z * sqrt(k1 * (n1 - k1) / n1 + z * z / 4))::double / nullif((n1 + z * z)::double, 0) as first_contact_high,
    cast(coalesce(cases, 0) as bigint) as cases,
    cast(coalesce(answered, 0) as bigint) as answered,
    cast(answer_median_hours as double) as answer_median_hours,
    cast(answer_p90_hours as double) as answer_p90_hours,
    cast(coalesce(judged, 0) as bigint) as judged,
    cast(coalesce(answered_within_standard, 0) as bigint) as answered_within_standard,
    answered_within_standard::double / nullif(judged::double, 0) as answered_within_share,
    (k2 + z * z / 2 - z * sqrt(k2 * (n2 - k2) / n2 + z * z / 4))::double / nullif((n2 + z * z)::double, 0) as answered_within_low,
    (k2 + z * z / 2 + z * sqrt(k2 * (n2 - k2) / n2 + z * z / 4))::double / nullif((n2 + z * z)::double, 0) as answered_within_high,
    cast(coalesce(resolved, 0) as bigint) as resolved,
    cast(coalesce(hours_to_resolve, 0) as decimal(18, 4)) as hours_to_resolve,
    cast(resolve_median_hours as double) as resolve_median_hours,
    cast(resolve_p90_hours as double) as resolve_p90_hours,
    cast(coalesce(transfers, 0) as bigint) as transfers,
    transfers::double / nullif(cases::double, 0) as transfers_per_case,
    cast(coalesce(reopened, 0) as bigint) as reopened
from together;
copy warehouse.mart_service to '{out}/marts/mart_service.parquet' ({parquet});

-- step: mart_recovery
create table warehouse.mart_recovery as
with failures as (
    select
        c.month,
        c.system,
        c.case_id,
        coalesce(i.customer_id, nullif(c.customer_key, 'anonymous')) as customer_id,
        c.system || ':' || c.document_id as document_key,
        c.opened_on,
        c.resolved_on,
        c.detected_by,
        c.is_resolved,
        c.reopened,
        c.is_resolved and c.reopened = 0 and coalesce(c.solution_accepted, true) as is_recovered
    from warehouse.fact_case as c
    left join warehouse.dim_customer_identity as i on i.customer_key = c.customer_key
    where c.is_failure
),
answers as (
    select
        a.month,
        a.system || ':' || a.response_id || ':' || a.question_id as answer_key,
        coalesce(i.customer_id, nullif(a.customer_key, 'anonymous')) as customer_id,
        a.system || ':' || a.document_id as document_key,
        coalesce(a.answered_on, a.month) as answered_on,
        case when q.polarity < 0 then q.lowest + q.highest - a.score else a.score end as score,
        q.lowest,
        q.highest
    from warehouse.fact_survey_answer as a
    join warehouse.dim_survey_question as q
        on q.system = a.system and q.survey_id = a.survey_id and q.question_id = a.question_id
    left join warehouse.dim_customer_identity as i on i.customer_key = a.customer_key
    where a.asked_side = 'customer'
        and q.role = 'overall'
        and q.scale in ('grade4', 'csat5')
        and a.score = floor(a.score)
        and a.score between q.lowest and q.highest
),
after as (
    select system, case_id, answer_key, answered_on, lowest, highest, score
    from failures
    join answers using (customer_id)
    where is_resolved and answered_on between resolved_on and resolved_on + 30
    union
    select system, case_id, answer_key, answered_on, lowest, highest, score
    from failures
    join answers using (document_key)
    where is_resolved and answered_on between resolved_on and resolved_on + 30
),
first_after as (
    select system, case_id, score, lowest, highest
    from after
    qualify row_number() over (partition by system, case_id order by answered_on, answer_key) = 1
),
counted as (
    select
        f.month,
        count(*) as failures,
        count(*) filter (where f.detected_by = 'customer') as found_by_customer,
        count(*) filter (where f.detected_by = 'firm') as found_by_firm,
        count(*) filter (where f.detected_by = 'prediction') as found_by_prediction,
        count(*) filter (where f.is_resolved) as resolved,
        count(*) filter (where f.reopened > 0) as reopened,
        count(a.score) as answered_after,
        count(*) filter (where a.score >= a.highest - 1) as recovered_well
    from failures as f
    left join first_after as a on a.system = f.system and a.case_id = f.case_id
    group by f.month
),
-- Answers of both groups by score: sums over a handful of scores are exact and ordered.
grouped as (
    select f.month, true as is_recovered, a.score, a.lowest, a.highest, count(*) as answers
    from failures as f
    join first_after as a on a.system = f.system and a.case_id = f.case_id
    where f.is_recovered
    group by all
    union all
    select a.month, false as is_recovered, a.score, a.lowest, a.highest, count(*) as answers
    from answers as a
    where a.customer_id is not null
        and not exists (
            select 1 from failures as f
            where f.customer_id = a.customer_id and f.opened_on between a.answered_on - 90 and a.answered_on
        )
    group by all
),
points as (
    select
        month,
        is_recovered,
        cast(answers as double) as answers,
        cast(score - lowest as double) / cast(highest - lowest as double) as point
    from grouped
),
means as (
    select
        month,
        is_recovered,
        sum(answers) as n,
        sum(answers * point order by point) / sum(answers) as mean,
        sum(answers * point * point order by point) as squares
    from points
    group by month, is_recovered
),
compared as (
    select
        month,
        max(n) filter (where is_recovered) as n1,
        max(mean) filter (where is_recovered) as mean1,
        max(greatest(squares - n * mean * mean, 0) / nullif(n - 1, 0) / n) filter (where is_recovered) as v1,
        max(n) filter (where not is_recovered) as n0,
        max(mean) filter (where not is_recovered) as mean0,
        max(greatest(squares - n * mean * mean, 0) / nullif(n - 1, 0) / n) filter (where not is_recovered) as v0
    from means
    group by month
),
welch as (
    -- degrees of freedom of Welch and Satterthwaite
    select *, case when v1 + v0 > 1e-12 then (v1 + v0) * (v1 + v0) / (v1 * v1 / (n1 - 1) + v0 * v0 / (n0 - 1)) end as df
    from compared
),
-- Student's t that 2.5 % exceed, by Hill (1970, CACM algorithm 396) as far as 5 % need it: to
-- six digits from 3 degrees of freedom on; below 2 there is no interval.
hill as (
    select *, 1 / (df - 0.5) as a, 48 * (df - 0.5) * (df - 0.5) as b
    from welch
    where df >= 2
),
hill_series as (
    select
        *,
        ((20700 * a / b - 98) * a - 16) * a + 96.36 as c,
        pow(
            ((94.5 / (b + ((20700 * a / b - 98) * a - 16) * a + 96.36) - 3) / b + 1) * sqrt(a * pi() / 2) * df * 0.05,
            2 / df
        ) as y,
        ((94.5 / (b + ((20700 * a / b - 98) * a - 16) * a + 96.36) - 3) / b + 1) * sqrt(a * pi() / 2) * df as d,
        cast(-1.959963985 as double) as x
    from hill
),
hill_near_normal as (
    select
        *,
        (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c + case when df < 5 then 0.3 * (df - 4.5) * (x + 0.6) else 0 end as c2
    from hill_series
),
student as (
    select
        w.*,
        sqrt(
            h.df * case
                when h.y > 0.05 + h.a then
                    exp(h.a * pow((((((0.4 * x * x + 6.3) * x * x + 36) * x * x + 94.5) / h.c2 - x * x - 3) / h.b + 1) * x, 2)) - 1
                else
                    ((1 / (((h.df + 6) / (h.df * h.y) - 0.089 * h.d - 0.822) * (h.df + 2) * 3) + 0.5 / (h.df + 4)) * h.y - 1)
                    * (h.df + 1) / (h.df + 2) + 1 / h.y
            end
        ) as t
    from welch as w
    left join hill_near_normal as h on h.month = w.month
),
together as (
    select
        *,
        cast(nullif(failures, 0) as double) as n2,
        cast(found_by_firm + found_by_prediction as double) as k2,
        cast(nullif(answered_after, 0) as double) as n3,
        cast(recovered_well as double) as k3,
        cast(1.959963985 as double) as z
    from counted
    full join student using (month)
)
select
    cast(month as date) as month,
    cast(coalesce(failures, 0) as bigint) as failures,
    cast(coalesce(found_by_customer, 0) as bigint) as found_by_customer,
    cast(coalesce(found_by_firm, 0) as bigint) as found_by_firm,
    cast(coalesce(found_by_prediction, 0) as bigint) as found_by_prediction,
    k2::double / nullif(n2::double, 0) as proactive_share,
    -- Wilson (1927), as method 3 of Newcombe (1998)
    (k2 + z * z / 2 - z * sqrt(k2 * (n2 - k2) / n2 + z * z / 4))::double / nullif((n2 + z * z)::double, 0) as proactive_low,
    (k2 + z * z / 2 + z * sqrt(k2 * (n2 - k2) / n2 + z * z / 4))::double / nullif((n2 + z * z)::double, 0) as proactive_high,
    cast(coalesce(resolved, 0) as bigint) as resolved,
    cast(coalesce(reopened, 0) as bigint) as reopened,
    cast(coalesce(answered_after, 0) as bigint) as answered_after,
    cast(coalesce(recovered_well, 0) as bigint) as recovered_well,
    recovered_well::double / nullif(failures::double, 0) as recovery_rate,
    k3::double / nullif(n3::double, 0) as recovered_well_share,
    (k3 + z * z / 2 - z * sqrt(k3 * (n3 - k3) / n3 + z * z / 4))::double / nullif((n3 + z * z)::double, 0) as recovered_well_low,
    (k3 + z * z / 2 + z * sqrt(k3 * (n3 - k3) / n3 + z * z / 4))::double / nullif((n3 + z * z)::double, 0) as recovered_well_high,
    cast(coalesce(n1, 0) as bigint) as recovery_answers,
    cast(mean1 as double) as recovery_score,
    cast(coalesce(n0, 0) as bigint) as no_failure_answers,
    cast(mean0 as double) as no_failure_score,
    cast(mean1 - mean0 as double) as recovery_paradox,
    cast(mean1 - mean0 - t * sqrt(v1 + v0) as double) as recovery_paradox_low,
    cast(mean1 - mean0 + t * sqrt(v1 + v0) as double) as recovery_paradox_high
from together;
copy warehouse.mart_recovery to '{out}/marts/mart_recovery.parquet' ({parquet});

-- step: mart_cost_to_serve
create table warehouse.mart_cost_to_serve as
with served as (
    select
        c.month,
        coalesce(i.customer_id, c.customer_key) as customer_id,
        sum(c.cost_amount) filter (where c.driver = 'direct') as direct_amount,
        sum(c.cost_amount) filter (where c.driver = 'documents') as documents_amount,
        sum(c.cost_amount) filter (where c.driver = 'contacts') as contacts_amount,
        sum(c.cost_amount) filter (where c.driver = 'cases') as cases_amount,
        sum(c.cost_amount) filter (where c.driver = 'deliveries') as deliveries_amount,
        sum(c.cost_amount) filter (where c.driver = 'service_uses') as service_uses_amount,
        sum(c.cost_amount) as cost_to_serve_amount
    from warehouse.fact_cost_to_serve as c
    left join warehouse.dim_customer_identity as i on i.customer_key = c.customer_key
    where c.customer_key <> 'unspread'
    group by all
    union all
    select month, 'unspread' as customer_id, 0, 0, 0, 0, 0, 0, sum(cost_amount) as cost_to_serve_amount
    from warehouse.fact_cost_to_serve
    where customer_key = 'unspread'
    group by month
),
bought as (
    select
        v.month,
        coalesce(i.customer_id, v.customer_key) as customer_id,
        sum(v.lines) as lines,
        sum(v.net_amount) as net_amount,
        sum(v.margin_amount) as margin_amount,
        sum(v.costed_net_amount) as costed_net_amount
    from warehouse.fact_customer_value as v
    left join warehouse.dim_customer_identity as i on i.customer_key = v.customer_key
    group by all
)
select
    cast(s.month as date) as month,
    cast(s.customer_id as varchar) as customer_id,
    cast(coalesce(s.direct_amount, 0) as decimal(18, 4)) as direct_amount,
    cast(coalesce(s.documents_amount, 0) as decimal(18, 4)) as documents_amount,
    cast(coalesce(s.contacts_amount, 0) as decimal(18, 4)) as contacts_amount,
    cast(coalesce(s.cases_amount, 0) as decimal(18, 4)) as cases_amount,
    cast(coalesce(s.deliveries_amount, 0) as decimal(18, 4)) as deliveries_amount,
    cast(coalesce(s.service_uses_amount, 0) as decimal(18, 4)) as service_uses_amount,
    cast(case when s.customer_id = 'unspread' then s.cost_to_serve_amount else 0 end as decimal(18, 4)) as unspread_amount,
    cast(s.cost_to_serve_amount as decimal(18, 4)) as cost_to_serve_amount,
    cast(coalesce(b.net_amount, 0) as decimal(18, 4)) as net_amount,
    cast(b.margin_amount as decimal(18, 4)) as margin_amount,
    cast(coalesce(b.costed_net_amount, 0) as decimal(18, 4)) as costed_net_amount,
    cast(case when coalesce(b.lines, 0) = 0 then 0 else b.margin_amount end - s.cost_to_serve_amount as decimal(18, 4)) as margin_after_service_amount
from served as s
left join bought as b on b.month = s.month and b.customer_id = s.customer_id;
copy warehouse.mart_cost_to_serve to '{out}/marts/mart_cost_to_serve' ({parquet}, partition_by (month), write_partition_columns true);
