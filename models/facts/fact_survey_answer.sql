/* model
name: fact_survey_answer
description: >-
  One row per answer to one question of a card, in the month in which it was answered; without
  that date in the month of its card. The text of an answer is in person_survey_answer. Which
  scale a score is on is told by dim_survey_question, by system, survey_id and question_id.
carries: survey_answer
grain: [system, response_id, question_id]
partition: month
columns:
  system: {type: string, description: The business system that knows the card., tests: [not_null]}
  response_id: {type: string, description: The card., tests: [not_null]}
  survey_id: {type: string, description: The survey., tests: [not_null]}
  question_id: {type: string, description: The question within the survey., tests: [not_null]}
  customer_key: {type: string, description: "The customer of the card, else of its document; anonymous where the source names nobody.", tests: [not_null]}
  document_id: {type: string, description: The document that the card is about.}
  month: {type: date, description: "First day of the month of answered_on, else of the card.", tests: [not_null]}
  answered_on: {type: date, description: Date of the answer in the project's zone; null where the answer has none of its own.}
  sample: {type: string, description: How those asked were chosen; card where the card does not say., tests: [not_null, {accepted_values: [card, random, lost, key_account, exit]}]}
  asked_side: {type: string, description: "customer, or staff: our own people on the same questions.", tests: [not_null, {accepted_values: [customer, staff]}]}
  store_key: {type: string, description: "The shop that the card is about, system:store id."}
  channel: {type: string, description: How the card was handed out.}
  score: {type: "decimal(9,4)", unit: the question's scale, description: "The answer as given; null for a text. Grades are 1–4."}
  delivery_id: {type: bigint, description: The delivery that the answer came in.}
  source_row: {type: bigint, description: Row of the answer in that delivery.}
tests:
  - unique: [system, response_id, question_id]
trace:
  - from: survey_answer
    where: delivery_id = it.delivery_id and source_row = it.source_row and response_id = it.response_id and question_id = it.question_id
    columns:
      score: sum(score)
*/
with answers as (
    select
        system,
        response_id,
        survey_id,
        question_id,
        month,
        owner_customer_id,
        owner_document_id,
        answered_on,
        coalesce(owner_sample, 'card') as sample,
        coalesce(owner_asked_side, 'customer') as asked_side,
        owner_store_id,
        owner_channel,
        score,
        delivery_id,
        source_row{{ carried "@" }}
    from {{ input "survey_answer" }}
    where {{ in_months "month" }}
)
select
    cast(system as string) as system,
    cast(response_id as string) as response_id,
    cast(survey_id as string) as survey_id,
    cast(question_id as string) as question_id,
    cast(coalesce({{ key "system" "owner_customer_id" }}, 'anonymous') as string) as customer_key,
    cast(owner_document_id as string) as document_id,
    cast(month as date) as month,
    cast(answered_on as date) as answered_on,
    cast(sample as string) as sample,
    cast(asked_side as string) as asked_side,
    cast({{ key "system" "owner_store_id" }} as string) as store_key,
    cast(owner_channel as string) as channel,
    cast(score as decimal(9, 4)) as score,
    cast(delivery_id as bigint) as delivery_id,
    cast(source_row as bigint) as source_row{{ carried "@" }}
from answers
