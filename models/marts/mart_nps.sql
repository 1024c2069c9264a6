/* model
name: mart_nps
description: >-
  One row per month, segment and survey: the Net Promoter Score with its interval, response rate
  and anonymous share. Population: what customers (not our own staff), anonymous ones included,
  answered to questions of role overall on the scale nps, in whole numbers from 0 to 10, whatever
  the sample. Window: answers by the month of the answer, cards by the month in which they were
  handed out; a survey has a row in a month with either.
grain: [month, segment_kind, segment, survey_key]
columns:
  month: {type: date, description: First day of the month., tests: [not_null]}
  segment_kind: {type: string, description: "all, or channel: how the card was handed out.", tests: [not_null, {accepted_values: [all, channel]}]}
  segment: {type: string, description: "all; or the channel, none where the card names none.", tests: [not_null]}
  survey_key: {type: string, description: "The survey, system:survey id.", tests: [not_null]}
  answers: {type: bigint, unit: answers, description: Answers., tests: [not_null]}
  promoters: {type: bigint, unit: answers, description: Of them 9 and 10., tests: [not_null]}
  passives: {type: bigint, unit: answers, description: Of them 7 and 8., tests: [not_null]}
  detractors: {type: bigint, unit: answers, description: Of them 0 to 6., tests: [not_null]}
  nps: {type: double, unit: points, description: 100 (promoters − detractors) / answers; null without answers.}
  nps_adjusted: {type: double, unit: points, description: "The same with 3/4 added to promoters and to detractors and 3 to answers: the middle of the interval (Rocks 2016)."}
  nps_low: {type: double, unit: points, description: "Lower end of the 95 % adjusted Wald interval (Rocks 2016), not below −100."}
  nps_high: {type: double, unit: points, description: "Upper end of the 95 % adjusted Wald interval (Rocks 2016), not above 100."}
  anonymous_answers: {type: bigint, unit: answers, description: Of answers those that name no customer., tests: [not_null]}
  anonymous_share: {type: double, unit: share, description: anonymous_answers / answers; null without answers.}
  cards_handed: {type: bigint, unit: cards, description: "Cards of the survey handed out in the month; those that came back unasked have no such date and are not in it.", tests: [not_null]}
  cards_answered: {type: bigint, unit: cards, description: "Of cards_handed those answered since, in whatever month.", tests: [not_null]}
  response_rate: {type: double, unit: share, description: cards_answered / cards_handed; null where none were handed out.}
tests:
  - unique: [month, segment_kind, segment, survey_key]
  - name: promoters passives and detractors are all who answered
    sql: >-
      select month, segment, survey_key, answers from mart_nps
      where promoters + passives + detractors <> answers or cards_answered > cards_handed
  - name: every way of dividing gives the same answers
    sql: >-
      select month, sum(in_mart) as in_mart, sum(in_fact) as in_fact
      from (
        select month, segment_kind, answers as in_mart, 0 as in_fact from mart_nps
        union all
        select month, 'all', 0, nps_answers from fact_satisfaction
        union all
        select month, 'channel', 0, nps_answers from fact_satisfaction
      )
      group by month, segment_kind having sum(in_mart) <> sum(in_fact) order by month
measures:
  - name: nps
    title: {en: Net Promoter Score, zh: 净推荐值}
    expression: 100.0 * (sum(promoters) - sum(detractors))::double / nullif(sum(answers), 0)
    unit: points
    additivity: ratio
    format: points
  - name: nps_answers
    title: {en: Answers, zh: 作答数}
    expression: sum(answers)
    unit: answers
    additivity: additive
    format: count
  - name: response_rate
    title: {en: Response rate, zh: 回收率}
    expression: sum(cards_answered)::double / nullif(sum(cards_handed), 0)
    unit: share
    additivity: ratio
    format: percent
  - name: anonymous_share
    title: {en: Anonymous answers, zh: 匿名作答占比}
    expression: sum(anonymous_answers)::double / nullif(sum(answers), 0)
    unit: share
    additivity: ratio
    format: percent
trace:
  - from: fact_survey_answer
    rows: >-
      select a.*, case when q.polarity < 0 then q.lowest + q.highest - a.score else a.score end as turned
      from fact_survey_answer as a
      join dim_survey_question as q using (system, survey_id, question_id)
      where a.month = it.month and a.system || ':' || a.survey_id = it.survey_key
        and (it.segment_kind = 'all' or coalesce(a.channel, 'none') = it.segment)
        and q.scale = 'nps' and q.role = 'overall' and a.asked_side = 'customer'
        and a.score = floor(a.score) and a.score between q.lowest and q.highest
    show: [customer_key, score]
    columns:
      answers: count(*)
      promoters: count(*) filter (where turned >= 9)
      passives: count(*) filter (where turned in (7, 8))
      detractors: count(*) filter (where turned <= 6)
      anonymous_answers: count(*) filter (where customer_key = 'anonymous')
  - from: fact_survey_response
    where: >-
      month = it.month and system || ':' || survey_id = it.survey_key
      and (it.segment_kind = 'all' or coalesce(channel, 'none') = it.segment)
      and asked_side = 'customer' and handed_on is not null
    show: [customer_key, handed_on, answered_on]
    columns:
      cards_handed: count(*)
      cards_answered: count(*) filter (where is_answered)
  - columns:
      nps: 100 * (promoters - detractors) / nullif(answers, 0)
      nps_adjusted: 100 * (promoters - detractors) / nullif(answers + 3, 3)
      anonymous_share: anonymous_answers / nullif(answers, 0)
      response_rate: cards_answered / nullif(cards_handed, 0)
*/
with questions as (
    select system, survey_id, question_id, polarity
    from {{ ref "dim_survey_question" }}
    where scale = 'nps' and role = 'overall'
),
scores as (
    select
        a.month,
        a.system || ':' || a.survey_id as survey_key,
        coalesce(a.channel, 'none') as channel,
        a.customer_key = 'anonymous' as is_anonymous,
        case when q.polarity < 0 then 10 - a.score else a.score end as score
    from {{ ref "fact_survey_answer" }} as a
    join questions as q on q.system = a.system and q.survey_id = a.survey_id and q.question_id = a.question_id
    where a.asked_side = 'customer'
        and a.score = floor(a.score)
        and a.score between 0 and 10
),
cards as (
    select month, system || ':' || survey_id as survey_key, coalesce(channel, 'none') as channel, is_answered
    from {{ ref "fact_survey_response" }}
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
    cast({{ ratio "100 * (promoters - detractors)" "answers" }} as double) as nps,
    cast(100 * (p - d) as double) as nps_adjusted,
    cast(case when n is not null then greatest(-100, 100 * (p - d - reach)) end as double) as nps_low,
    cast(case when n is not null then least(100, 100 * (p - d + reach)) end as double) as nps_high,
    cast(anonymous_answers as bigint) as anonymous_answers,
    cast({{ ratio "anonymous_answers" "answers" }} as double) as anonymous_share,
    cast(cards_handed as bigint) as cards_handed,
    cast(cards_answered as bigint) as cards_answered,
    cast({{ ratio "cards_answered" "cards_handed" }} as double) as response_rate
from estimated
