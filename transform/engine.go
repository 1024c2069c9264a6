package transform

import (
	"context"

	"nightjar/models"
)

// An Engine runs one model over the files named for each of its references and
// writes Parquet. It decides nothing about what is live: the caller commits.
//
// Of a model that patches it may write a patch instead, where the caller asks for one.
//
// Build may be called from several goroutines. It writes a file even when the
// model has no rows, so that a partition that was built is told from one that
// was not. After an error or a cancelled context nothing is left at Out.
// Errors name the model and the month, and never quote a value.
type Engine interface {
	Build(ctx context.Context, b Build) (Files, error)
}

// A Build asks for one model over the files named for each of its references.
type Build struct {
	Model *models.Model
	// Month that is built; empty for a model without a partition.
	Month models.Month
	// Inputs and Refs are the Parquet files by input and by model, those of a patched model
	// as [models.Model.Relation] takes them. A name that is missing, or has no files, is an
	// empty relation with all its columns.
	Inputs map[string][]string
	Refs   map[string][]string
	// Previous are the files, by model, of the last published night.
	Previous map[string][]string
	// Changed are the files, by model or input, that differ from the last published night's.
	Changed map[string]Differing
	// Last is what a model with an upkeep goes on from; nil builds it from nothing.
	Last *Last
	// Vars are the SQL literals of the project's variables: see [Literals].
	Vars map[string]string
	// Out is the path of the file to write. Its folder is made when needed.
	Out string
	// Keys, where not empty, is the path of a second file to write: then Out is the patch of
	// Last's rows, and Keys has the keys whose rows in Last's base no longer count.
	Keys string
}

// name says what is built, for errors: "fact_sale, 2024-01".
func (b Build) name() string {
	if b.Month == "" {
		return b.Model.Name
	}
	return b.Model.Name + ", " + string(b.Month[:len("2024-01")])
}

// Files are what one Build wrote: one file, or a patch and its keys.
type Files []File

// A File is one Parquet file, complete and fsynced; its folder is not.
type File struct {
	Path        string
	Rows, Bytes int64
	// Content fingerprints the model's rows as they were read back, with a patch those that
	// now count, and Counting says how many they are: see [duck.Content]. Of keys neither is told.
	Content  string
	Counting int64
}
