package propose

import (
	"nightjar/extract/inspect/evidence"
	"nightjar/internal/config"
	"nightjar/models"
)

// A Proposal is how one table of a file would feed one input.
type Proposal struct {
	Input string  `json:"input"`
	From  string  `json:"from,omitempty"`
	Score float64 `json:"score"`
	// Filter and Unpivot are as in nightjar.yaml.
	Filter  string          `json:"filter,omitempty"`
	Unpivot *config.Unpivot `json:"unpivot,omitempty"`
	Columns []Mapped        `json:"columns"`
	// Left are the file's columns that nothing was found for.
	Left []Left `json:"left,omitempty"`
	// Notes are what a person should know before the night does.
	Notes []string `json:"notes,omitempty"`
	// Status is the source's map of status words.
	Status map[string]string `json:"status,omitempty"`
	// Mode, Key and VersionBy are those of the source.
	Mode      string `json:"mode"`
	Key       string `json:"key,omitempty"`
	VersionBy string `json:"version_by,omitempty"`
	// Versioned says that rows hold from a day on that no column gives.
	Versioned bool `json:"-"`
	// Questions are rows of survey_question that the answers ask for.
	Questions []Asked `json:"questions,omitempty"`
}

// A Mapped column is one of the input, and what makes it.
type Mapped struct {
	Column string      `json:"column"`
	SQL    string      `json:"sql"`
	Format string      `json:"format,omitempty"` // of a date or point in time
	Type   models.Type `json:"-"`
	Why    string      `json:"why"`
	// Source is the file's column, "" where none stands behind it.
	Source string  `json:"source,omitempty"`
	Score  float64 `json:"score"`
	// Open says that a question must be answered before it can be mapped.
	Open bool `json:"open,omitempty"`
}

// Left is a column of the file that is not mapped, and how it could go along.
type Left struct {
	Source   string      `json:"source"`
	Name     string      `json:"name"` // x_…
	SQL      string      `json:"sql"`
	Type     models.Type `json:"type"`
	Format   string      `json:"format,omitempty"`
	Personal bool        `json:"personal,omitempty"`
	What     string      `json:"what"`
}

// Asked is a question of a survey.
type Asked struct {
	ID    string `json:"question_id"`
	Scale string `json:"scale"`
	Role  string `json:"role"`
}

// A Rival is another input that the table could feed.
type Rival struct {
	Input string  `json:"input"`
	Score float64 `json:"score"`
	Why   string  `json:"why"`
}

// column returns what makes a column of the input, or nil.
func (p *Proposal) column(name string) *Mapped {
	for i := range p.Columns {
		if p.Columns[i].Column == name {
			return &p.Columns[i]
		}
	}
	return nil
}

// A Table is what is known of one table of the files.
type Table struct {
	// Source is the name that the source will have.
	Source  string
	From    string
	Columns []*evidence.Column
	// Keys hold, the smallest first.
	Keys []evidence.Key
	// Rows is how many were looked at.
	Rows int64
	// Repeats counts the rows of a file that agree in columns, by their places, with one
	// before them.
	Repeats func(evidence.Key) (int64, error)
	// Across says whether no two rows of different files do.
	Across func(evidence.Key) (bool, error)
	// Share is the share of rows for which a condition over c1, c2, … holds.
	Share func(condition string) (float64, error)
	// Names are those of the files.
	Names []string
	// Formats are those of the source.
	Formats config.Formats
}
