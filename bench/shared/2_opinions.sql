-- Staged opinions: cards of the shops, and reviews of the web shop.

-- step: staged opinions
copy (
    select
        * exclude (answered),
        make_timestamptz(epoch_us(answered) - 28800000000) as answered_at,
        answered::date as answered_on,
        date_trunc('month', coalesce(handed_on, answered::date))::date as month
    from (
        select
            'pos' as system,
            card_no as response_id,
            'card' as survey_id,
            member_no as customer_id,
            null::varchar as document_id,
            coalesce(sample, 'card') as sample,
            handed_on,
            handed_by,
            answered_at as answered,
            store as store_id{trace}
        from card
        union all
        select 'shop', review_no, 'web', customer_no, order_no, 'card', asked_on, null, answered_at, null{trace}
        from review
    )
) to '{out}/staged/survey_response' ({parquet}, partition_by (month), write_partition_columns true);
copy (
    select
        * exclude (answered, handed_on, answer),
        answered::date as answered_on,
        (case when question_id <> 'comment' then answer end)::decimal(9, 4) as score,
        case when question_id = 'comment' then answer end as text,
        date_trunc('month', coalesce(answered::date, handed_on))::date as month
    from (
        select
            'pos' as system,
            card_no as response_id,
            'card' as survey_id,
            question as question_id,
            member_no as customer_id,
            null::varchar as document_id,
            coalesce(sample, 'card') as sample,
            handed_on,
            answered_at as answered,
            store as store_id,
            answer{trace}
        from card unpivot (answer for question in (recommend, satisfaction, staff, price, comment))
        union all
        select 'shop', review_no, 'web', question, customer_no, order_no, 'card', asked_on, answered_at, null, answer{trace}
        from review unpivot (answer for question in (recommend, satisfaction, delivery, goods, price))
    )
) to '{out}/staged/survey_answer' ({parquet}, partition_by (month), write_partition_columns true);
drop table card;
drop table review;
