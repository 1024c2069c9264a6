package draft

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"nightjar/extract/inspect/propose"
	"nightjar/internal/config"
	"nightjar/models"
)

// A Source is one that is to be written.
type Source struct {
	Name, System string
	Files        []string
	// Read says how the files are read: format, encoding, dialect, lines.
	Read    config.Source
	Formats config.Formats // of numbers; those of dates are chosen here
	Control *config.Control
	// Proposals are what it feeds, each input once.
	Proposals []*propose.Proposal
	Rivals    []propose.Rival
}

// commentAt is the place, on a terminal, at which comments begin.
const commentAt = 56

// Feeds says whether the source feeds any input. One that feeds none is no source yet.
func (s *Source) Feeds() bool { return len(s.Proposals) > 0 }

// YAML is the source as a part of the section sources, its lines indented by so many
// blanks; as a comment where it feeds nothing, for the file would not load with it.
func (s *Source) YAML(indent int) string {
	w := &writer{step: 2}
	w.open(s.Name, "")
	w.key("system", s.System, "keys mean the same within a system: its sources share this name")
	w.raw("files", flowList(s.Files), "")
	s.format(w)
	first := s.first()
	w.raw("mode", first.Mode, modeSays[first.Mode])
	if first.VersionBy != "" {
		w.key("version_by", first.VersionBy, "the greater is the newer")
	}
	if s.Read.DateFromName != "" {
		w.key("date_from_name", s.Read.DateFromName, "rows hold from the day in the file's name")
	}
	if first.Key != "" {
		w.raw("key", first.Key, "every row counts, identical ones too")
	}
	date, stamp := s.dateFormats()
	if line := s.formats(date, stamp); line != "" {
		w.raw("formats", line, "")
	}
	s.status(w)
	s.maps(w, date, stamp)
	if !s.Feeds() {
		return w.commented(indent)
	}
	return w.text(indent)
}

var modeSays = map[string]string{
	"append": "each file brings new rows; upsert: newer versions of rows; snapshot: all there is",
	"upsert": "a later row of the same key counts; append: each file brings new rows; snapshot: all there is",
}

// first is the proposal that decides mode and key.
func (s *Source) first() *propose.Proposal {
	if len(s.Proposals) == 0 {
		return &propose.Proposal{Mode: "append"}
	}
	return s.Proposals[0]
}

// format writes how the files are read, as far as it is not the default.
func (s *Source) format(w *writer) {
	r := &s.Read
	if r.Format != "csv" {
		w.raw("format", r.Format, "")
	}
	if r.Encoding != "" {
		w.key("encoding", r.Encoding, "")
	}
	if r.Members != "" {
		w.key("members", r.Members, "")
	}
	for _, section := range []struct {
		name  string
		pairs []pair
	}{
		{"csv", csv(r)},
		{"aligned", aligned(r)},
		{"json", strings1("records", r.JSON.Records)},
		{"excel", excel(r)},
		{"lines", lines(r)},
	} {
		if len(section.pairs) > 0 {
			w.raw(section.name, flowMap(section.pairs), "")
		}
	}
	if r.Format == "fixed" {
		s.fixed(w)
	}
	if s.Control != nil {
		w.open("control", "the last lines are held against the rows")
		w.key("pattern", s.Control.Pattern, "")
		if len(s.Control.Sums) > 0 {
			w.raw("sums", flowMap(sortedPairs(s.Control.Sums)), "")
		}
		w.close()
	}
}

func strings1(key, value string) []pair {
	if value == "" {
		return nil
	}
	return []pair{{key, flow(value)}}
}

func csv(r *config.Source) (pairs []pair) {
	if r.Format != "csv" {
		return nil
	}
	if r.CSV.Delimiter != "," {
		pairs = append(pairs, pair{"delimiter", quote(r.CSV.Delimiter)})
	}
	if r.CSV.Quote != `"` {
		pairs = append(pairs, pair{"quote", quote(r.CSV.Quote)})
	}
	if r.CSV.Escape != "" {
		pairs = append(pairs, pair{"escape", quote(r.CSV.Escape)})
	}
	if !r.CSV.HasHeader() {
		pairs = append(pairs, pair{"header", "false"}, pair{"columns", flowList(r.CSV.Columns)})
	}
	return pairs
}

func aligned(r *config.Source) []pair {
	switch {
	case r.Format != "aligned":
		return nil
	case r.Aligned.HasHeader():
		return []pair{{"header", "true"}}
	}
	return []pair{{"columns", flowList(r.Aligned.Columns)}}
}

func excel(r *config.Source) (pairs []pair) {
	if r.Format != "excel" {
		return nil
	}
	pairs = strings1("sheet", r.Excel.Sheet)
	if r.Excel.HeaderRow > 0 {
		pairs = append(pairs, pair{"header_row", fmt.Sprint(r.Excel.HeaderRow)})
	}
	if r.Excel.HeaderRows > 1 {
		pairs = append(pairs, pair{"header_rows", fmt.Sprint(r.Excel.HeaderRows)})
	}
	if len(r.Excel.Columns) > 0 {
		pairs = append(pairs, pair{"columns", flowList(r.Excel.Columns)})
	}
	return pairs
}

func lines(r *config.Source) (pairs []pair) {
	if r.Lines.Skip > 0 {
		pairs = append(pairs, pair{"skip", fmt.Sprint(r.Lines.Skip)})
	}
	if r.Lines.Comment != "" {
		pairs = append(pairs, pair{"comment", quote(r.Lines.Comment)})
	}
	if r.Lines.Footer > 0 {
		pairs = append(pairs, pair{"footer", fmt.Sprint(r.Lines.Footer)})
	}
	return pairs
}

func (s *Source) fixed(w *writer) {
	w.open("fixed", "the places are told from blanks: check them")
	if s.Read.Fixed.Unit == "byte" {
		w.raw("unit", "byte", "")
	}
	w.open("columns", "")
	for _, c := range s.Read.Fixed.Columns {
		pairs := []pair{{"name", flow(c.Name)}, {"from", fmt.Sprint(c.From)}}
		if c.Width > 0 {
			pairs = append(pairs, pair{"width", fmt.Sprint(c.Width)})
		}
		w.line("- "+flowMap(pairs), "")
	}
	w.close()
	w.close()
}

// dateFormats are the formats of most of the mapped dates, and of most stamps.
func (s *Source) dateFormats() (date, stamp string) {
	counts := map[models.Type]map[string]int{"date": {}, "timestamptz": {}}
	for _, p := range s.Proposals {
		for _, m := range p.Columns {
			if m.Format != "" && !m.Open {
				counts[m.Type][m.Format]++
			}
		}
	}
	return mostOf(counts["date"], "%Y-%m-%d"), mostOf(counts["timestamptz"], "%Y-%m-%d %H:%M:%S")
}

func mostOf(counts map[string]int, otherwise string) string {
	formats := slices.Sorted(maps.Keys(counts))
	slices.SortStableFunc(formats, func(a, b string) int { return cmp.Compare(counts[b], counts[a]) })
	return append(formats, otherwise)[0]
}

func (s *Source) formats(date, stamp string) string {
	var pairs []pair
	if date != "%Y-%m-%d" {
		pairs = append(pairs, pair{"date", quote(date)})
	}
	if stamp != "%Y-%m-%d %H:%M:%S" {
		pairs = append(pairs, pair{"timestamp", quote(stamp)})
	}
	if s.Formats.Decimal == "," {
		pairs = append(pairs, pair{"decimal", `","`})
	}
	if s.Formats.Thousands != "" {
		pairs = append(pairs, pair{"thousands", quote(s.Formats.Thousands)})
	}
	if len(pairs) == 0 {
		return ""
	}
	return flowMap(pairs)
}

func (s *Source) status(w *writer) {
	status := map[string]string{}
	for _, p := range s.Proposals {
		maps.Copy(status, p.Status)
	}
	if len(status) > 0 {
		w.raw("status", flowMap(sortedPairs(status)), "check what these words mean")
	}
}

func sortedPairs(m map[string]string) []pair {
	var pairs []pair
	for _, key := range slices.Sorted(maps.Keys(m)) {
		pairs = append(pairs, pair{key, flow(m[key])})
	}
	return pairs
}

func (s *Source) maps(w *writer, date, stamp string) {
	w.open("maps", "")
	if !s.Feeds() {
		w.comment("no input fits these columns: name one with --input, or write a contract of your own into models/inputs")
	}
	for i, p := range s.Proposals {
		w.open(p.Input, "")
		for _, note := range p.Notes {
			w.comment(note)
		}
		if p.From != "" {
			w.key("from", p.From, "")
		}
		if p.Unpivot != nil {
			w.raw("unpivot", flowMap([]pair{{"columns", flowList(p.Unpivot.Columns)}, {"name", flow(p.Unpivot.Name)}, {"value", flow(p.Unpivot.Value)}}), "")
		}
		if p.Filter != "" {
			w.key("filter", p.Filter, "")
		}
		w.open("columns", "")
		for _, m := range p.Columns {
			w.mapped(m, date, stamp)
		}
		if i == 0 || p.From != s.Proposals[i-1].From {
			w.left(p.Left, date, stamp)
		}
		w.close()
		w.close()
	}
	for _, r := range s.Rivals {
		w.comment(fmt.Sprintf("or --input %s: %s", r.Input, r.Why))
	}
	w.close()
	s.questions(w)
}

// questions are the rows that say what a survey asks, to be moved to the section rows.
func (s *Source) questions(w *writer) {
	for _, p := range s.Proposals {
		if len(p.Questions) == 0 {
			continue
		}
		w.comment("What the survey asks belongs into the section rows, beside sources:")
		w.comment("rows:")
		w.comment("  survey_question:")
		for _, q := range p.Questions {
			w.comment("    - " + flowMap([]pair{{"system", flow(s.System)}, {"survey_id", flow(s.Name)}, {"question_id", flow(q.ID)}, {"scale", q.Scale}, {"role", q.Role}}))
		}
	}
}
