package transform

import (
	"context"
	"fmt"
	"slices"

	"nightjar/models"
)

// An Engine runs one model over the files named for each of its references and
// writes Parquet. It decides nothing about what is live: the caller commits.
//
// Of a model that patches it may write a patch instead, where the caller asks for one.
//
// Build may be called from several goroutines. It writes a file even when the
// model has no rows, so that a partition that was built is told from one that
// was not. After an error or a cancelled context nothing is left at Outs.
// Errors name the model and the month, and never quote a value.
type Engine interface {
	Build(ctx context.Context, b Build) (Files, error)
}

// A Build asks for one model over the files named for each of its references.
type Build struct {
	Model *models.Model
	// Months that are built; none for a model without a partition, and several only of a
	// model of [models.Model.ManyMonths].
	Months []models.Month
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
	// Outs are the paths of the files to write: one for each of Months, or the one of a model
	// without a partition. Their folders are made when needed.
	Outs []string
	// Keys, where not empty, is the path of a second file to write: then the one of Outs is the
	// patch of Last's rows, and Keys has the keys whose rows in Last's base no longer count.
	Keys string
}

// AddFiles adds to a name's files those that are not yet among them, in their order: of a
// patched model it tells what they are.
func AddFiles(all map[string][]string, name string, files []string) {
	for _, file := range files {
		if !slices.Contains(all[name], file) {
			all[name] = append(all[name], file)
		}
	}
}

// check says what is wrong about the months that are asked for.
func (b Build) check() error {
	switch {
	case b.Model.Monthly() != (len(b.Months) > 0):
		return fmt.Errorf("its partition is %s", b.Model.Partition)
	case len(b.Months) > 1 && !b.Model.ManyMonths():
		return fmt.Errorf("its months are built one by one: the SQL says {{ month }}")
	case len(b.Outs) != max(1, len(b.Months)):
		return fmt.Errorf("%d files are asked for, for %d months", len(b.Outs), len(b.Months))
	}
	return nil
}

// name says what is built, for errors: "fact_sale, 2024-01", or "fact_cost, 2024-01 … 2024-12".
func (b Build) name() string {
	name := func(m models.Month) string { return string(m[:len("2024-01")]) }
	switch last := len(b.Months) - 1; last {
	case -1:
		return b.Model.Name
	case 0:
		return b.Model.Name + ", " + name(b.Months[0])
	default:
		return b.Model.Name + ", " + name(b.Months[0]) + " … " + name(b.Months[last])
	}
}

// Files are what one Build wrote: those of Outs, and the keys of a patch.
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
