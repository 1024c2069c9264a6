-- A typed read of all files by one statement, to one file of Parquet.

-- step: stage till lines
copy (
    select
        'pos' as system,
        ticket_no as document_id,
        line_no,
        member_no as customer_id,
        sold_at::date as business_date,
        make_timestamptz(epoch_us(sold_at) - 28800000000) as sold_at,
        'store' as channel,
        store as store_id,
        cashier as salesperson_id,
        sku,
        kind,
        qty as quantity,
        gross as gross_amount,
        discount as discount_amount,
        tax as tax_amount,
        return_of_ticket as original_document_id,
        return_of_line as original_line_no
    from read_csv('{data}/till/till_????-??.csv', auto_detect = false, header = true, columns = {
        ticket_no: 'varchar', line_no: 'int', store: 'varchar', till: 'varchar', sold_at: 'timestamp', member_no: 'varchar',
        cashier: 'varchar', sku: 'varchar', qty: 'decimal(18,4)', unit_price: 'decimal(18,4)', gross: 'decimal(18,4)',
        discount: 'decimal(18,4)', tax: 'decimal(18,4)', kind: 'varchar', return_of_ticket: 'varchar', return_of_line: 'int'
    })
) to '{out}/staged/sale_line/pos.parquet' ({parquet});

