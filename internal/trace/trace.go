// Package trace shows what a value of the published warehouse is made of, step
// by step, down to the lines of the files that were delivered. It knows no model:
// which rows a column is made of stands in the models' headers (models.Trace).
//
// Every step explains the value whole. Where rows add up, each has what it adds to
// those before it (of a count of documents, the first line of each has 1), so that
// the amounts of any step sum to the value. Where rows decide (min, max, a status),
// those that do are shown, without amounts.
package trace

import (
	"context"

	"nightjar/internal/lake"
)

// A Trace says what one value is made of.
type Trace struct {
	Model, Column     string
	Key               []Named
	Value             *string // nil for null
	Unit, Description string
	// Formula says of which others of its row the value is made, Parts what these
	// are made of, where they are not delivered rows alike.
	Formula string
	Parts   []*Trace
	// Steps lead down, the last one to delivered rows, if they are reached.
	Steps []Step
	// Notes say why a way ends before delivered rows.
	Notes []string
	// Unexplained is the part of the value that delivered rows do not account for,
	// "" for none: what the headers declare does not fit what the models do.
	Unexplained string

	numeric bool
}

// A Step is the rows that the value is made of, one way further down.
type Step struct {
	// Table is the model whose rows they are; "" for delivered rows.
	Table string
	// SQL is how rows make the value: sum(net_amount).
	SQL string
	// Additive says that the amounts sum to the value.
	Additive bool
	// Rows are the first ones: largest amounts first, or in order of their keys.
	Rows []Row
	// More rows there are, which sum to Rest.
	More int64
	Rest string
}

// A Row is one row of a step.
type Row struct {
	Key, Shown []Named
	// Amount that it adds; "" in steps that are not additive.
	Amount string
	// Delivered says where a delivered row came from.
	Delivered *Delivered
}

// Delivered is one record of a delivery.
type Delivered struct {
	Input, Source, Delivery string
	DeliveryID              int64
	// Record is its number in the delivery, from 1, header not counted.
	Record int64
	// Path and Line (from 1) are where it stands, if Problem is empty.
	Path string
	Line int64
	// Raw is its text, if it was asked for. It may hold personal data.
	Raw string
	// Problem says why the file cannot show it any more.
	Problem string
}

// Named is a value with the name of its column; nil for null.
type Named struct {
	Name  string  `json:"name"`
	Value *string `json:"value"`
}

// Originals finds the records that rows of an input were made of in the file that
// a source handed over. Numbers ascend and are those of the delivery's records,
// from 1. An error says for a person why they cannot be found, such as a file that
// is gone or has changed since; the trace goes on without them.
type Originals interface {
	Records(ctx context.Context, d lake.Delivery, input string, numbers []int64) (path string, records []Original, err error)
}

// An Original is a record as it stands in a file, Line from 1.
type Original struct {
	Record, Line int64
	Text         string
}

// Options say how much to show.
type Options struct {
	// Limit of the rows of each step; 0 means all.
	Limit int
	// Raw shows the text of delivered rows, which may hold personal data.
	Raw bool
}
