-- What customers say, and deliveries.

-- step: mart_csat
create table warehouse.mart_csat as
with questions as (
    select system, survey_id, question_id, role, driver, scale, polarity, lowest, highest
    from warehouse.dim_survey_question
    where scale in ('grade4', 'csat5', 'ces7')
),
scores as (
    select
        a.month,
        a.system || ':' || a.survey_id as survey_key,
        a.question_id,
        q.role,
        q.driver,
        q.scale,
        q.highest,
        coalesce(a.channel, 'none') as channel,
        a.customer_key = 'anonymous' as is_anonymous,
        case when q.polarity < 0 then q.lowest + q.highest - a.score else a.score end as score
    from warehouse.fact_survey_answer as a
    join questions as q on q.system = a.system and q.survey_id = a.survey_id and q.question_id = a.question_id
    where a.asked_side = 'customer'
        and a.score = floor(a.score)
        and a.score between q.lowest and q.highest
),
cards as (
    select month, system || ':' || survey_id as survey_key, coalesce(channel, 'none') as channel, is_answered
    from warehouse.fact_survey_response
    where asked_side = 'customer' and handed_on is not null
),
answered as (
    select
        month,
        survey_key,
        question_id,
        role,
        driver,
        scale,
        case when grouping(channel) = 1 then 'all' else 'channel' end as segment_kind,
        case when grouping(channel) = 1 then 'all' else channel end as segment,
        count(*) as answers,
        count(*) filter (where score > highest - case scale when 'ces7' then 3 else 2 end) as satisfied,
        sum(score) as score_sum,
        count(*) filter (where is_anonymous) as anonymous_answers,
        cast(1.959963985 as double) as z
    from scores
    group by grouping sets (
        (month, survey_key, question_id, role, driver, scale),
        (month, survey_key, question_id, role, driver, scale, channel)
    )
),
handed as (
    select
        month,
        survey_key,
        case when grouping(channel) = 1 then 'all' else 'channel' end as segment_kind,
        case when grouping(channel) = 1 then 'all' else channel end as segment,
        count(*) as cards_handed,
        count(*) filter (where is_answered) as cards_answered
    from cards
    group by grouping sets ((month, survey_key), (month, survey_key, channel))
)
select
    cast(month as date) as month,
    cast(segment_kind as varchar) as segment_kind,
    cast(segment as varchar) as segment,
    cast(survey_key as varchar) as survey_key,
    cast(question_id as varchar) as question_id,
    cast(role as varchar) as role,
    cast(driver as varchar) as driver,
    cast(scale as varchar) as scale,
    cast(answers as bigint) as answers,
    cast(satisfied as bigint) as satisfied,
    cast(((satisfied)::double / nullif((answers)::double, 0)) as double) as csat,
    -- Wilson (1927), as method 3 of Newcombe (1998)
    cast(((satisfied + z * z / 2 - z * sqrt(satisfied * (answers - satisfied) / answers + z * z / 4))::double / nullif((answers + z * z)::double, 0)) as double) as csat_low,
    cast(((satisfied + z * z / 2 + z * sqrt(satisfied * (answers - satisfied) / answers + z * z / 4))::double / nullif((answers + z * z)::double, 0)) as double) as csat_high,
    cast(score_sum as decimal(18, 4)) as score_sum,
    cast(((score_sum)::double / nullif((answers)::double, 0)) as double) as score_mean,
    cast(anonymous_answers as bigint) as anonymous_answers,
    cast(((anonymous_answers)::double / nullif((answers)::double, 0)) as double) as anonymous_share,
    cast(coalesce(cards_handed, 0) as bigint) as cards_handed,
    cast(coalesce(cards_answered, 0) as bigint) as cards_answered,
    cast(((cards_answered)::double / nullif((cards_handed)::double, 0)) as double) as response_rate
from answered
left join handed using (month, segment_kind, segment, survey_key);
copy warehouse.mart_csat to '{out}/marts/mart_csat' ({parquet}, partition_by (month), write_partition_columns true);

-- step: mart_nps
create table warehouse.mart_nps as
with questions as (
    select system, survey_id, question_id, polarity
    from warehouse.dim_survey_question
    where scale = 'nps' and role = 'overall'
),
scores as (
    select
        a.month,
        a.system || ':' || a.survey_id as survey_key,
        coalesce(a.channel, 'none') as channel,
        a.customer_key = 'anonymous' as is_anonymous,
        case when q.polarity < 0 then 10 - a.score else a.score end as score
    from warehouse.fact_survey_answer as a
    join questions as q on q.system = a.system and q.survey_id = a.survey_id and q.question_id = a.question_id
    where a.asked_side = 'customer'
        and a.score = floor(a.score)
        and a.score between 0 and 10
),
cards as (
    select month, system || ':' || survey_id as survey_key, coalesce(channel, 'none') as channel, is_answered
    from warehouse.fact_survey_response
    where asked_side = 'customer'
        and handed_on is not null
        and (system, survey_id) in (select (system, survey_id) from questions)
),
answered as (
    select
        month,
        survey_key,
        case when grouping(channel) = 1 then 'all' else 'channel' end as segment_kind,
        case when grouping(channel) = 1 then 'all' else channel end as segment,
        count(*) as answers,
        count(*) filter (where score >= 9) as promoters,
        count(*) filter (where score between 7 and 8) as passives,
        count(*) filter (where score <= 6) as detractors,
        count(*) filter (where is_anonymous) as anonymous_answers
    from scores
    group by grouping sets ((month, survey_key), (month, survey_key, channel))
),
handed as (
    select
        month,
        survey_key,
        case when grouping(channel) = 1 then 'all' else 'channel' end as segment_kind,
        case when grouping(channel) = 1 then 'all' else channel end as segment,
        count(*) as cards_handed,
        count(*) filter (where is_answered) as cards_answered
    from cards
    group by grouping sets ((month, survey_key), (month, survey_key, channel))
),
together as (
    select
        month,
        segment_kind,
        segment,
        survey_key,
        coalesce(answers, 0) as answers,
        coalesce(promoters, 0) as promoters,
        coalesce(passives, 0) as passives,
        coalesce(detractors, 0) as detractors,
        coalesce(anonymous_answers, 0) as anonymous_answers,
        coalesce(cards_handed, 0) as cards_handed,
        coalesce(cards_answered, 0) as cards_answered,
        -- Rocks (2016): null without answers
        (promoters + 0.75::double) / (answers + 3) as p,
        (detractors + 0.75::double) / (answers + 3) as d,
        answers + 3 as n
    from answered
    full join handed using (month, segment_kind, segment, survey_key)
),
estimated as (
    select *, 1.959963985::double * sqrt((p + d - (p - d) * (p - d)) / n) as reach
    from together
)
select
    cast(month as date) as month,
    cast(segment_kind as varchar) as segment_kind,
    cast(segment as varchar) as segment,
    cast(survey_key as varchar) as survey_key,
    cast(answers as bigint) as answers,
    cast(promoters as bigint) as promoters,
    cast(passives as bigint) as passives,
    cast(detractors as bigint) as detractors,
    cast(((100 * (promoters - detractors))::double / nullif((answers)::double, 0)) as double) as nps,
    cast(100 * (p - d) as double) as nps_adjusted,
    cast(case when n is not null then greatest(-100, 100 * (p - d - reach)) end as double) as nps_low,
    cast(case when n is not null then least(100, 100 * (p - d + reach)) end as double) as nps_high,
    cast(anonymous_answers as bigint) as anonymous_answers,
    cast(((anonymous_answers)::double / nullif((answers)::double, 0)) as double) as anonymous_share,
    cast(cards_handed as bigint) as cards_handed,
    cast(cards_answered as bigint) as cards_answered,
    cast(((cards_answered)::double / nullif((cards_handed)::double, 0)) as double) as response_rate
from estimated;
copy warehouse.mart_nps to '{out}/marts/mart_nps' ({parquet}, partition_by (month), write_partition_columns true);

-- step: mart_delivery
create table warehouse.mart_delivery as
with shipments as (
    select
        month,
        system,
        document_id,
        coalesce(store_key, 'none') as store_key,
        is_delivered,
        is_on_time,
        case when is_delivered then in_full end as in_full,
        case when is_on_time is not null then days_promised end as days_promised,
        case when is_on_time is not null then days_late end as days_late,
        days_taken
    from warehouse.fact_shipment
),
counted as (
    select
        month,
        store_key,
        count(*) as shipments,
        count(*) filter (where is_delivered) as delivered,
        count(is_on_time) as promised,
        count(*) filter (where is_on_time) as on_time,
        count(in_full) as told_in_full,
        count(*) filter (where in_full) as in_full,
        count(*) filter (where is_on_time is not null and in_full is not null) as otif_base,
        count(*) filter (where is_on_time and in_full) as on_time_in_full,
        coalesce(sum(days_promised), 0) as days_promised_sum,
        count(days_promised) as days_promised_base,
        coalesce(sum(days_taken) filter (where days_promised is not null), 0) as days_taken_of_promised_sum,
        coalesce(sum(days_taken), 0) as days_taken_sum,
        count(days_taken) as days_taken_base,
        sum(days_late) as days_late_sum,
        cast(1.959963985 as double) as z
    from shipments
    group by month, store_key
),
document_shipments as (
    select month, system, document_id, store_key, bool_and(is_on_time) as is_on_time
    from shipments
    where is_on_time is not null
    group by month, system, document_id, store_key
),
-- Each answer from 0 (worst) to 1 (best) of its scale, so that scales can be averaged.
answers as (
    select
        a.month,
        a.system,
        a.document_id,
        cast(case when q.polarity = -1 then q.highest - a.score else a.score - q.lowest end as decimal(9, 4)) as points,
        q.highest - q.lowest as points_at_best
    from warehouse.fact_survey_answer as a
    join warehouse.dim_survey_question as q
        on q.system = a.system and q.survey_id = a.survey_id and q.question_id = a.question_id
    where a.asked_side = 'customer'
        and q.role = 'overall'
        and q.scale <> 'text'
        and a.score between q.lowest and q.highest
),
-- Sums of points by scale are exact; only a handful of quotients is added up.
scored as (
    select month, store_key, is_on_time, sum(answers) as answers, sum(points / points_at_best order by points_at_best) as total
    from (
        select s.month, s.store_key, s.is_on_time, a.points_at_best, count(*) as answers, sum(a.points) as points
        from answers as a
        join document_shipments as s on s.month = a.month and s.system = a.system and s.document_id = a.document_id
        group by s.month, s.store_key, s.is_on_time, a.points_at_best
    )
    group by month, store_key, is_on_time
)
select
    cast(c.month as date) as month,
    cast(c.store_key as varchar) as store_key,
    cast(c.shipments as bigint) as shipments,
    cast(c.delivered as bigint) as delivered,
    cast(c.promised as bigint) as promised,
    cast(c.on_time as bigint) as on_time,
    cast(c.told_in_full as bigint) as told_in_full,
    cast(c.in_full as bigint) as in_full,
    cast(c.otif_base as bigint) as otif_base,
    cast(c.on_time_in_full as bigint) as on_time_in_full,
    cast(((c.on_time)::double / nullif((c.promised)::double, 0)) as double) as on_time_share,
    -- Wilson (1927), as method 3 of Newcombe (1998)
    cast(((c.on_time + z * z / 2 - z * sqrt(c.on_time * (c.promised - c.on_time) / nullif(c.promised, 0) + z * z / 4))::double / nullif((nullif(c.promised, 0) + z * z)::double, 0)) as double) as on_time_low,
    cast(((c.on_time + z * z / 2 + z * sqrt(c.on_time * (c.promised - c.on_time) / nullif(c.promised, 0) + z * z / 4))::double / nullif((nullif(c.promised, 0) + z * z)::double, 0)) as double) as on_time_high,
    cast(((c.on_time_in_full)::double / nullif((c.otif_base)::double, 0)) as double) as on_time_in_full_share,
    cast(c.days_promised_sum as bigint) as days_promised_sum,
    cast(c.days_taken_of_promised_sum as bigint) as days_taken_of_promised_sum,
    cast(c.days_taken_sum as bigint) as days_taken_sum,
    cast(c.days_taken_base as bigint) as days_taken_base,
    cast(((c.days_promised_sum)::double / nullif((c.days_promised_base)::double, 0)) as double) as days_promised,
    cast(((c.days_taken_sum)::double / nullif((c.days_taken_base)::double, 0)) as double) as days_taken,
    cast(((c.days_late_sum)::double / nullif((c.promised)::double, 0)) as double) as days_late,
    cast(coalesce(t.answers, 0) as bigint) as scores_on_time,
    cast(coalesce(l.answers, 0) as bigint) as scores_late,
    cast(((t.total)::double / nullif((t.answers)::double, 0)) as double) as score_on_time,
    cast(((l.total)::double / nullif((l.answers)::double, 0)) as double) as score_late
from counted as c
left join scored as t on t.month = c.month and t.store_key = c.store_key and t.is_on_time
left join scored as l on l.month = c.month and l.store_key = c.store_key and not l.is_on_time;
copy warehouse.mart_delivery to '{out}/marts/mart_delivery' ({parquet}, partition_by (month), write_partition_columns true);
