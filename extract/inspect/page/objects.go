package page

import (
	"nightjar/extract/inspect"
	"nightjar/extract/inspect/doubt"
	"nightjar/extract/inspect/evidence"
	"nightjar/extract/inspect/profile"
	"nightjar/extract/inspect/propose"
	"nightjar/extract/inspect/sniff"
)

// Objects emits what was found, an object at a time, each with its kind: file, table,
// column, key, proposal, profile, question and, last, source.
func Objects(emit func(any) error, kinds []*inspect.Kind, open []doubt.Question, o Options) error {
	e := emitter{emit: emit, Options: o}
	for _, k := range kinds {
		e.kind(k)
	}
	for _, q := range open {
		e.put(struct {
			Kind string `json:"kind"`
			doubt.Question
		}{"question", q})
	}
	e.put(map[string]any{"kind": "source", "yaml": Sources(kinds)})
	return e.err
}

type emitter struct {
	Options
	emit func(any) error
	err  error
}

func (e *emitter) put(object any) {
	if e.err == nil {
		e.err = e.emit(object)
	}
}

func (e *emitter) kind(k *inspect.Kind) {
	for _, f := range k.Files {
		e.put(map[string]any{
			"kind": "file", "file": f.File.String(), "format": f.Source.Format, "encoding": encodingOf(f), "encodings": f.Encodings, "compression": f.Compression,
			"bytes": f.Size, "line_ends": f.Ends, "notes": f.Notes, "footer": len(f.Footer), "readable": !f.Stopped,
		})
	}
	for _, t := range k.Tables {
		e.table(k, t)
	}
	if k.Source == nil {
		return
	}
	for _, p := range k.Source.Proposals {
		e.put(struct {
			Kind   string `json:"kind"`
			Source string `json:"source"`
			*propose.Proposal
		}{"proposal", k.Source.Name, p})
	}
}

func encodingOf(f *sniff.Found) string {
	if f.Source.Encoding == "" && len(f.Encodings) > 0 {
		return "utf-8"
	}
	return f.Source.Encoding
}

func (e *emitter) table(k *inspect.Kind, t *inspect.Table) {
	e.put(map[string]any{"kind": "table", "files": k.Name(), "table": t.From, "records": t.Records, "looked_at": t.Looked, "unreadable": t.Unreadable})
	for i, c := range t.Evidence {
		e.put(struct {
			Kind string `json:"kind"`
			From string `json:"table,omitempty"`
			*evidence.Column
			Is       string `json:"is"`
			Personal bool   `json:"personal"`
		}{"column", t.From, e.hidden(c), is(c), propose.Personal(c)})
		if t.Profile == nil {
			continue
		}
		p := *t.Profile[i]
		if propose.Revealing(c) && !e.Values {
			p.Hide()
		}
		e.put(struct {
			Kind string `json:"kind"`
			From string `json:"table,omitempty"`
			*profile.Column
		}{"profile", t.From, &p})
	}
	for _, key := range t.Keys {
		e.put(map[string]any{"kind": "key", "table": t.From, "columns": t.KeyNames(key)})
	}
}

// hidden is the column without values, unless they are wanted.
func (e *emitter) hidden(c *evidence.Column) *evidence.Column {
	if e.Values {
		return c
	}
	copied := *c
	copied.Candidates = make([]*evidence.Candidate, len(c.Candidates))
	for i, k := range c.Candidates {
		candidate := *k
		candidate.Examples = make([]evidence.Example, len(k.Examples))
		for j, example := range k.Examples {
			example.Value = ""
			candidate.Examples[j] = example
		}
		copied.Candidates[i] = &candidate
	}
	return &copied
}
