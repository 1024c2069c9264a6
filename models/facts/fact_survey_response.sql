/* model
name: fact_survey_response
description: >-
  One row per card handed out, mailed or answered, in the month in which it was handed out, else
  answered, else of its sale. Cards without an answer are in it: they are what a response rate is
  measured against.
carries: survey_response
grain: [system, response_id]
partition: month
columns:
  system: {type: string, description: The business system that knows the card., tests: [not_null]}
  response_id: {type: string, description: Number of the card within the system., tests: [not_null]}
  survey_id: {type: string, description: The survey., tests: [not_null]}
  customer_key: {type: string, description: "Who was asked, else the customer of the document; anonymous where the source names nobody.", tests: [not_null]}
  document_id: {type: string, description: The document that the card is about.}
  month: {type: date, description: "First day of the month of handed_on, else of answered_on, else of the sale.", tests: [not_null]}
  sample: {type: string, description: How those asked were chosen., tests: [not_null, {accepted_values: [card, random, lost, key_account, exit]}]}
  asked_side: {type: string, description: "customer, or staff: our own people on the same questions.", tests: [not_null, {accepted_values: [customer, staff]}]}
  handed_on: {type: date, description: Date on which it was handed out or mailed.}
  handed_by_key: {type: string, description: "The employee who handed it out, system:employee id."}
  answered_at: {type: timestamptz, description: When it was answered (UTC); null where the source has only a date or none.}
  answered_on: {type: date, description: Date of the answer in the project's zone; null where none is known.}
  is_answered: {type: boolean, description: Whether a date of an answer is known., tests: [not_null]}
  store_key: {type: string, description: "The shop that it is about, else that of the document, system:store id."}
  channel: {type: string, description: How it was handed out.}
  delivery_id: {type: bigint, description: The delivery that the card came in.}
  source_row: {type: bigint, description: Row of the card in that delivery.}
tests:
  - unique: [system, response_id]
measures:
  - name: cards
    title: {en: Cards handed out, zh: 发出问卷数}
    expression: count(*)
    unit: cards
    additivity: additive
    format: count
  - name: response_rate
    title: {en: Response rate, zh: 回收率}
    expression: (count(*) filter (where is_answered))::double / nullif(count(*), 0)
    unit: share
    additivity: ratio
    format: percent
*/
with responses as (
    select
        system,
        response_id,
        survey_id,
        month,
        coalesce(customer_id, owner_customer_id) as customer_id,
        document_id,
        coalesce(sample, 'card') as sample,
        coalesce(asked_side, 'customer') as asked_side,
        handed_on,
        handed_by,
        answered_at,
        answered_on,
        coalesce(store_id, owner_store_id) as store_id,
        channel,
        delivery_id,
        source_row{{ carried "@" }}
    from {{ input "survey_response" }}
    where {{ in_months "month" }}
)
select
    cast(system as string) as system,
    cast(response_id as string) as response_id,
    cast(survey_id as string) as survey_id,
    cast(coalesce({{ key "system" "customer_id" }}, 'anonymous') as string) as customer_key,
    cast(document_id as string) as document_id,
    cast(month as date) as month,
    cast(sample as string) as sample,
    cast(asked_side as string) as asked_side,
    cast(handed_on as date) as handed_on,
    cast({{ key "system" "handed_by" }} as string) as handed_by_key,
    cast(answered_at as timestamptz) as answered_at,
    cast(answered_on as date) as answered_on,
    cast(answered_on is not null or answered_at is not null as boolean) as is_answered,
    cast({{ key "system" "store_id" }} as string) as store_key,
    cast(channel as string) as channel,
    cast(delivery_id as bigint) as delivery_id,
    cast(source_row as bigint) as source_row{{ carried "@" }}
from responses
