package inspect

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"nightjar/extract/inspect/doubt"
)

// names that sources and systems may have: see package config.
var (
	sourceName = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)
	systemName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

func (o Options) validate() error {
	switch {
	case o.Name != "" && !sourceName.MatchString(o.Name):
		return &doubt.AnswerError{Key: "--name", Answer: o.Name, Why: "use small letters, digits, _ and -, beginning with a letter"}
	case o.System != "" && !systemName.MatchString(o.System):
		return &doubt.AnswerError{Key: "--system", Answer: o.System, Why: "use small letters, digits and _, beginning with a letter"}
	}
	return nil
}

// noName is the name of a source whose files' names have no letter that it may have.
const noName = "source"

// baptise names the sources and their systems, before anything refers to them.
func (i *inspection) baptise(kinds []*Kind) {
	seen := map[string]int{}
	for _, k := range kinds {
		k.source = i.nameOf(k)
		seen[k.source]++
	}
	for _, k := range kinds {
		folder := folderOf(k)
		if seen[k.source] > 1 && folder != "" {
			k.source = folder + "_" + k.source
		}
		k.system = i.systemOf(k, folder, len(kinds) > 1)
	}
	clear(seen)
	for _, k := range kinds {
		if seen[k.source]++; seen[k.source] > 1 {
			k.source = fmt.Sprintf("%s_%d", k.source, seen[k.source])
		}
	}
}

// nameOf is the source's name: as wanted, or made of the first file's.
func (i *inspection) nameOf(k *Kind) string {
	if i.Name != "" && !i.several {
		return i.Name
	}
	name := filepath.Base(k.Files[0].File.Path)
	for _, end := range []string{".gz", ".zst", ".zip", filepath.Ext(strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst"))} {
		name = strings.TrimSuffix(name, end)
	}
	if name = plain(name); name == "" {
		return noName
	}
	return name
}

// systemOf is the system's name: as wanted, the project's only one, the folder's of
// files of several kinds, or the source's.
func (i *inspection) systemOf(k *Kind, folder string, several bool) string {
	switch {
	case i.System != "":
		return i.System
	case len(i.Systems) == 1:
		return i.Systems[0]
	case several && folder != "":
		return folder
	}
	return strings.ReplaceAll(k.source, "-", "_")
}

// folderOf is the name of the folder that the files lie in, as a name of a system; ""
// where it is called like any.
func folderOf(k *Kind) string {
	path, err := filepath.Abs(k.Files[0].File.Path)
	if err != nil {
		return ""
	}
	name := plain(filepath.Base(filepath.Dir(path)))
	if slices.Contains([]string{"data", "landing", "files", "in", "input", "tmp", "temp", "downloads", "export", "desktop", "documents"}, name) {
		return ""
	}
	return name
}

// nameByInput names a source by what it feeds, where its files' names do not.
func (k *Kind) nameByInput() {
	s := k.Source
	if s.Name != noName || len(s.Proposals) == 0 || s.Proposals[0].Input == "survey_response" {
		return
	}
	if s.System == noName {
		s.System = s.Proposals[0].Input
	}
	s.Name = s.Proposals[0].Input
}

// plain makes a name of small letters, digits and _ of a file's: what is only a date
// or a number at its end goes.
func plain(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else if s := b.String(); s != "" && !strings.HasSuffix(s, "_") {
			b.WriteByte('_')
		}
	}
	parts := strings.Split(strings.Trim(b.String(), "_"), "_")
	isNumber := func(part string) bool { return strings.Trim(part, "0123456789") == "" }
	for len(parts) > 0 && isNumber(parts[len(parts)-1]) {
		parts = parts[:len(parts)-1]
	}
	for len(parts) > 0 && isNumber(parts[0]) {
		parts = parts[1:]
	}
	return strings.TrimLeft(strings.Join(parts, "_"), "0123456789")
}
