-- The same for the service of the web shop. Shanghai is UTC+8 all year.

-- step: stage contacts
copy (
    select
        contact_no as contact_id,
        customer_no as customer_id,
        make_timestamptz(epoch_us("at") - 28800000000) as contacted_at,
        "at"::date as contacted_on,
        case direction when 'in' then 'inbound' else 'outbound' end as direction,
        channel,
        agent as employee_id,
        case_no as case_id,
        issue as issue_id,
        order_no as document_id,
        reason,
        waited as waited_seconds,
        talked as talked_seconds,
        abandoned = 'Y' as abandoned,
        resolved = 'Y' as resolved,
        follow_up_on
    from read_csv('{data}/service/contacts_*.csv', auto_detect = false, header = true, columns = {
        contact_no: 'varchar', customer_no: 'varchar', "at": 'timestamp', direction: 'varchar', channel: 'varchar', agent: 'varchar',
        case_no: 'varchar', issue: 'varchar', order_no: 'varchar', reason: 'varchar', waited: 'int', talked: 'int',
        abandoned: 'varchar', resolved: 'varchar', follow_up_on: 'date'
    })
    union all
    select
        chat_id,
        customer_no,
        make_timestamptz(epoch_us(started_at) - 28800000000),
        started_at::date,
        'inbound',
        'chat',
        agent,
        about.case_no,
        about.issue,
        about.order_no,
        about.reason,
        waited,
        talked,
        abandoned,
        resolved,
        follow_up_on
    from read_json('{data}/service/chats_*.jsonl.gz', format = 'newline_delimited', columns = {
        chat_id: 'varchar', customer_no: 'varchar', started_at: 'timestamp', agent: 'varchar',
        about: 'struct(case_no varchar, issue varchar, order_no varchar, reason varchar)',
        waited: 'int', talked: 'int', abandoned: 'boolean', resolved: 'boolean', follow_up_on: 'date'
    })
) to '{out}/staged/contact/all.parquet' ({parquet});

-- step: stage cases
copy (
    select
        case_no as case_id,
        customer_no as customer_id,
        kind,
        severity,
        found_by as detected_by,
        make_timestamptz(epoch_us(opened_at) - 28800000000) as opened_at,
        opened_at::date as opened_on,
        agent as employee_id,
        department,
        order_no as document_id,
        reason,
        solution_accepted = 'Y' as solution_accepted
    from read_csv('{data}/service/cases_*.csv', auto_detect = false, header = true, columns = {
        case_no: 'varchar', customer_no: 'varchar', kind: 'varchar', severity: 'varchar', found_by: 'varchar', opened_at: 'timestamp',
        agent: 'varchar', department: 'varchar', order_no: 'varchar', reason: 'varchar', solution_accepted: 'varchar', updated_at: 'timestamp'
    })
) to '{out}/staged/case/all.parquet' ({parquet});
copy (
    select
        case_no as case_id,
        seq as sequence,
        event,
        make_timestamptz(epoch_us("at") - 28800000000) as happened_at,
        "at"::date as happened_on,
        department
    from read_csv('{data}/service/events_*.csv', auto_detect = false, header = true, columns = {
        case_no: 'varchar', seq: 'int', event: 'varchar', "at": 'timestamp', department: 'varchar', agent: 'varchar'
    })
) to '{out}/staged/case_event/all.parquet' ({parquet});
copy (
    select
        promise_no as promise_id,
        customer_no as customer_id,
        agent as employee_id,
        case_no as case_id,
        subject,
        made_on,
        due_on,
        kept_on
    from read_csv('{data}/service/promises_*.csv', auto_detect = false, header = true, columns = {
        promise_no: 'varchar', customer_no: 'varchar', agent: 'varchar', case_no: 'varchar', subject: 'varchar', made_on: 'date',
        due_on: 'date', kept_on: 'date'
    })
) to '{out}/staged/promise/all.parquet' ({parquet});

-- step: stage uses
copy (
    select
        use_no as use_id,
        member_no as customer_id,
        make_timestamptz(epoch_us(used_at) - 28800000000) as used_at,
        used_at::date as used_on,
        service,
        quantity,
        store as store_id
    from read_csv('{data}/service/uses_*.csv', auto_detect = false, header = true, columns = {
        use_no: 'varchar', member_no: 'varchar', used_at: 'timestamp', service: 'varchar', quantity: 'decimal(18,4)', store: 'varchar'
    })
) to '{out}/staged/service_use/all.parquet' ({parquet});

-- step: stage reviews
create table review as
from read_csv('{data}/service/reviews_*.csv', auto_detect = false, header = true, columns = {
    review_no: 'varchar', order_no: 'varchar', customer_no: 'varchar', asked_on: 'date', answered_at: 'timestamp',
    recommend: 'varchar', satisfaction: 'varchar', delivery: 'varchar', goods: 'varchar', price: 'varchar'
});
