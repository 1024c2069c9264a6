-- The same for the service of the web shop.

-- step: truths
create macro flag(t) as case t when 'Y' then true when 'N' then false end;

-- step: stage contacts, each year
create table contact_{year} as
with typed as (
    select
        *,
        row_number() over () as source_row,
        instant("at") as at_,
        whole(waited) as waited_,
        whole(talked) as talked_,
        flag(abandoned) as abandoned_,
        flag(resolved) as resolved_,
        day_of(follow_up_on) as follow_up_on_
    from read_csv('{data}/service/contacts_{year}.csv', auto_detect = false, header = true, columns = {
        contact_no: 'varchar', customer_no: 'varchar', "at": 'varchar', direction: 'varchar', channel: 'varchar',
        agent: 'varchar', case_no: 'varchar', issue: 'varchar', order_no: 'varchar', reason: 'varchar', waited: 'varchar',
        talked: 'varchar', abandoned: 'varchar', resolved: 'varchar', follow_up_on: 'varchar'
    })
)
select
    contact_no as contact_id,
    customer_no as customer_id,
    utc(at_) as contacted_at,
    at_::date as contacted_on,
    case direction when 'in' then 'inbound' when 'out' then 'outbound' end as direction,
    channel,
    agent as employee_id,
    case_no as case_id,
    issue as issue_id,
    order_no as document_id,
    reason,
    waited_ as waited_seconds,
    talked_ as talked_seconds,
    abandoned_ as abandoned,
    resolved_ as resolved,
    follow_up_on_ as follow_up_on,
    id_of('contacts_{year}.csv') as delivery_id,
    source_row,
    case
        when contact_no is null then 'contact_no'
        when at_ is null or at_ > timestamp '{received}' then 'at'
        when typed.direction not in ('in', 'out') then 'direction'
        when waited is not null and coalesce(waited_ < 0, true) then 'waited'
        when talked is not null and coalesce(talked_ < 0, true) then 'talked'
        when typed.abandoned is not null and abandoned_ is null then 'abandoned'
        when typed.resolved is not null and resolved_ is null then 'resolved'
        when typed.follow_up_on is not null and follow_up_on_ is null then 'follow_up_on'
    end as broken,
    case when broken is not null then concat_ws(',', contact_no, "at", typed.direction, waited, talked, typed.abandoned, typed.resolved, typed.follow_up_on) end as raw
from typed;
insert into reject select 'contacts_{year}.csv', source_row, broken, raw from contact_{year} where broken is not null;
insert into taken select 'contacts_{year}.csv', count(*), count(*) filter (where broken is null) from contact_{year};
copy (select * exclude (broken, raw) from contact_{year} where broken is null) to '{out}/staged/contact/{year}.parquet' ({parquet});
drop table contact_{year};

-- step: stage chats, each year
create table chat_{year} as
with typed as (
    select
        *,
        row_number() over () as source_row,
        instant(started_at) as started_at_,
        whole(waited) as waited_,
        whole(talked) as talked_,
        try_cast(abandoned as boolean) as abandoned_,
        try_cast(resolved as boolean) as resolved_,
        day_of(follow_up_on) as follow_up_on_
    from read_json('{data}/service/chats_{year}.jsonl.gz', format = 'newline_delimited', columns = {
        chat_id: 'varchar', customer_no: 'varchar', started_at: 'varchar', agent: 'varchar',
        about: 'struct(case_no varchar, issue varchar, order_no varchar, reason varchar)',
        waited: 'varchar', talked: 'varchar', abandoned: 'varchar', resolved: 'varchar', follow_up_on: 'varchar'
    })
)
select
    chat_id as contact_id,
    customer_no as customer_id,
    utc(started_at_) as contacted_at,
    started_at_::date as contacted_on,
    'inbound' as direction,
    'chat' as channel,
    agent as employee_id,
    about.case_no as case_id,
    about.issue as issue_id,
    about.order_no as document_id,
    about.reason as reason,
    waited_ as waited_seconds,
    talked_ as talked_seconds,
    abandoned_ as abandoned,
    resolved_ as resolved,
    follow_up_on_ as follow_up_on,
    id_of('chats_{year}.jsonl.gz') as delivery_id,
    source_row,
    case
        when chat_id is null then 'chat_id'
        when started_at_ is null or started_at_ > timestamp '{received}' then 'started_at'
        when waited is not null and coalesce(waited_ < 0, true) then 'waited'
        when talked is not null and coalesce(talked_ < 0, true) then 'talked'
        when typed.abandoned is not null and abandoned_ is null then 'abandoned'
        when typed.resolved is not null and resolved_ is null then 'resolved'
        when typed.follow_up_on is not null and follow_up_on_ is null then 'follow_up_on'
    end as broken,
    case when broken is not null then concat_ws(',', chat_id, started_at, waited, talked, typed.abandoned, typed.resolved, typed.follow_up_on) end as raw
from typed;
insert into reject select 'chats_{year}.jsonl.gz', source_row, broken, raw from chat_{year} where broken is not null;
insert into taken select 'chats_{year}.jsonl.gz', count(*), count(*) filter (where broken is null) from chat_{year};
copy (select * exclude (broken, raw) from chat_{year} where broken is null) to '{out}/staged/contact/chats-{year}.parquet' ({parquet});
drop table chat_{year};

-- step: stage cases, each year
create table case_{year} as
with typed as (
    select
        *,
        row_number() over () as source_row,
        instant(opened_at) as opened_at_,
        flag(solution_accepted) as solution_accepted_,
        instant(updated_at) as updated_at_
    from read_csv('{data}/service/cases_{year}.csv', auto_detect = false, header = true, columns = {
        case_no: 'varchar', customer_no: 'varchar', kind: 'varchar', severity: 'varchar', found_by: 'varchar',
        opened_at: 'varchar', agent: 'varchar', department: 'varchar', order_no: 'varchar', reason: 'varchar',
        solution_accepted: 'varchar', updated_at: 'varchar'
    })
)
select
    case_no as case_id,
    customer_no as customer_id,
    kind,
    severity,
    found_by as detected_by,
    utc(opened_at_) as opened_at,
    opened_at_::date as opened_on,
    agent as employee_id,
    department,
    order_no as document_id,
    reason,
    solution_accepted_ as solution_accepted,
    id_of('cases_{year}.csv') as delivery_id,
    source_row,
    case
        when case_no is null then 'case_no'
        when kind not in ('complaint', 'repair', 'return_request', 'service_failure') then 'kind'
        when severity not in ('low', 'normal', 'high', 'critical') then 'severity'
        when found_by not in ('customer', 'firm', 'prediction') then 'found_by'
        when opened_at_ is null or opened_at_ > timestamp '{received}' then 'opened_at'
        when typed.solution_accepted is not null and solution_accepted_ is null then 'solution_accepted'
        when updated_at_ is null then 'updated_at'
    end as broken,
    case when broken is not null then concat_ws(',', case_no, kind, severity, found_by, typed.opened_at, typed.solution_accepted, typed.updated_at) end as raw,
    updated_at_ as updated_at
from typed;
insert into reject select 'cases_{year}.csv', source_row, broken, raw from case_{year} where broken is not null;
insert into taken select 'cases_{year}.csv', count(*), count(*) filter (where broken is null) from case_{year};
copy (
    select * exclude (broken, raw, updated_at)
    from case_{year}
    where broken is null
    qualify row_number() over (partition by case_id order by updated_at desc, source_row desc) = 1
) to '{out}/staged/case/{year}.parquet' ({parquet});
drop table case_{year};

-- step: stage case events, each year
create table case_event_{year} as
with typed as (
    select
        *,
        row_number() over () as source_row,
        whole(seq) as seq_,
        instant("at") as at_
    from read_csv('{data}/service/events_{year}.csv', auto_detect = false, header = true, columns = {
        case_no: 'varchar', seq: 'varchar', event: 'varchar', "at": 'varchar', department: 'varchar', agent: 'varchar'
    })
)
select
    case_no as case_id,
    seq_ as sequence,
    event,
    utc(at_) as happened_at,
    at_::date as happened_on,
    department,
    id_of('events_{year}.csv') as delivery_id,
    source_row,
    case
        when case_no is null then 'case_no'
        when seq_ is null then 'seq'
        when coalesce(event not in ('answered', 'transferred', 'resolved', 'reopened'), true) then 'event'
        when "at" is not null and (at_ is null or at_ > timestamp '{received}') then 'at'
    end as broken,
    case when broken is not null then concat_ws(',', case_no, seq, event, "at") end as raw
from typed;
insert into reject select 'events_{year}.csv', source_row, broken, raw from case_event_{year} where broken is not null;
insert into taken select 'events_{year}.csv', count(*), count(*) filter (where broken is null) from case_event_{year};
copy (select * exclude (broken, raw) from case_event_{year} where broken is null) to '{out}/staged/case_event/{year}.parquet' ({parquet});
drop table case_event_{year};

-- step: stage promises, each year
create table promise_{year} as
with typed as (
    select
        *,
        row_number() over () as source_row,
        day_of(made_on) as made_on_,
        day_of(due_on) as due_on_,
        day_of(kept_on) as kept_on_
    from read_csv('{data}/service/promises_{year}.csv', auto_detect = false, header = true, columns = {
        promise_no: 'varchar', customer_no: 'varchar', agent: 'varchar', case_no: 'varchar', subject: 'varchar',
        made_on: 'varchar', due_on: 'varchar', kept_on: 'varchar'
    })
)
select
    promise_no as promise_id,
    customer_no as customer_id,
    agent as employee_id,
    case_no as case_id,
    subject,
    made_on_ as made_on,
    due_on_ as due_on,
    kept_on_ as kept_on,
    id_of('promises_{year}.csv') as delivery_id,
    source_row,
    case
        when promise_no is null then 'promise_no'
        when made_on_ is null or made_on_ > timestamp '{received}' then 'made_on'
        when typed.due_on is not null and due_on_ is null then 'due_on'
        when typed.kept_on is not null and (kept_on_ is null or kept_on_ > timestamp '{received}') then 'kept_on'
    end as broken,
    case when broken is not null then concat_ws(',', promise_no, typed.made_on, typed.due_on, typed.kept_on) end as raw
from typed;
insert into reject select 'promises_{year}.csv', source_row, broken, raw from promise_{year} where broken is not null;
insert into taken select 'promises_{year}.csv', count(*), count(*) filter (where broken is null) from promise_{year};
copy (
    select * exclude (broken, raw)
    from promise_{year}
    where broken is null
    qualify row_number() over (partition by promise_id order by source_row desc) = 1
) to '{out}/staged/promise/{year}.parquet' ({parquet});
drop table promise_{year};

-- step: stage uses, each year
create table use_{year} as
with typed as (
    select
        *,
        row_number() over () as source_row,
        instant(used_at) as used_at_,
        money(quantity) as quantity_
    from read_csv('{data}/service/uses_{year}.csv', auto_detect = false, header = true, columns = {
        use_no: 'varchar', member_no: 'varchar', used_at: 'varchar', service: 'varchar', quantity: 'varchar',
        store: 'varchar'
    })
)
select
    use_no as use_id,
    member_no as customer_id,
    utc(used_at_) as used_at,
    used_at_::date as used_on,
    service,
    quantity_ as quantity,
    store as store_id,
    id_of('uses_{year}.csv') as delivery_id,
    source_row,
    case
        when use_no is null then 'use_no'
        when used_at_ is null or used_at_ > timestamp '{received}' then 'used_at'
        when service is null then 'service'
        when typed.quantity is not null and quantity_ is null then 'quantity'
    end as broken,
    case when broken is not null then concat_ws(',', use_no, typed.used_at, service, typed.quantity) end as raw
from typed;
insert into reject select 'uses_{year}.csv', source_row, broken, raw from use_{year} where broken is not null;
insert into taken select 'uses_{year}.csv', count(*), count(*) filter (where broken is null) from use_{year};
copy (select * exclude (broken, raw) from use_{year} where broken is null) to '{out}/staged/service_use/{year}.parquet' ({parquet});
drop table use_{year};

-- step: read reviews, each year
create table review_{year} as
with typed as (
    select
        *,
        row_number() over () as source_row,
        day_of(asked_on) as asked_on_,
        instant(answered_at) as answered_at_
    from read_csv('{data}/service/reviews_{year}.csv', auto_detect = false, header = true, columns = {
        review_no: 'varchar', order_no: 'varchar', customer_no: 'varchar', asked_on: 'varchar', answered_at: 'varchar',
        recommend: 'varchar', satisfaction: 'varchar', delivery: 'varchar', goods: 'varchar', price: 'varchar'
    })
)
select
    review_no,
    order_no,
    customer_no,
    asked_on_ as asked_on,
    answered_at_ as answered_at,
    recommend,
    satisfaction,
    delivery,
    goods,
    price,
    id_of('reviews_{year}.csv') as delivery_id,
    source_row,
    case
        when review_no is null then 'review_no'
        when typed.asked_on is not null and (asked_on_ is null or asked_on_ > timestamp '{received}') then 'asked_on'
        when typed.answered_at is not null and (answered_at_ is null or answered_at_ > timestamp '{received}') then 'answered_at'
        when typed.recommend is not null and money(typed.recommend) is null then 'recommend'
        when typed.satisfaction is not null and money(typed.satisfaction) is null then 'satisfaction'
        when typed.delivery is not null and money(typed.delivery) is null then 'delivery'
        when typed.goods is not null and money(typed.goods) is null then 'goods'
        when typed.price is not null and money(typed.price) is null then 'price'
    end as broken,
    case when broken is not null then concat_ws(',', review_no, typed.asked_on, typed.answered_at) end as raw
from typed;
insert into reject select 'reviews_{year}.csv', source_row, broken, raw from review_{year} where broken is not null;
insert into taken select 'reviews_{year}.csv', count(*), count(*) filter (where broken is null) from review_{year};
copy (
    select * exclude (broken, raw)
    from review_{year}
    where broken is null
    qualify row_number() over (partition by review_no order by source_row desc) = 1
) to '{out}/spill/review-{year}.parquet' ({parquet});
drop table review_{year};

-- step: place reviews
create table review as from read_parquet('{out}/spill/review-*.parquet');
