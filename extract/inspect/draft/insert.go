package draft

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"nightjar/internal/config"
	"nightjar/models"
)

// topLevel begins a key of the file itself.
var topLevel = regexp.MustCompile(`^[^\s#-][^:]*:`)

// Insert adds a source to a project's file at the end of its sources, and leaves all
// else as it is. The file is replaced only once the new one is known to be right:
// its errors are those of the project, or that a source of the name is there.
func Insert(path string, sources []*Source, env func(string) (string, bool), catalog *models.Catalog) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading the project file: %w", err)
	}
	present, err := config.Load(path, env, catalog)
	if err != nil {
		return fmt.Errorf("adding to the project: mend what is there first: %w", err)
	}
	for _, s := range sources {
		if present.Sources.Named(s.Name) != nil {
			return fmt.Errorf("adding to %s: there is a source %s already: choose another with --name", path, s.Name)
		}
	}
	changed, err := inserted(string(text), sources)
	if err != nil {
		return fmt.Errorf("adding to %s: %w", path, err)
	}
	return replace(path, changed, env, catalog)
}

// inserted is the text with the sources added.
func inserted(text string, sources []*Source) (string, error) {
	lines := strings.SplitAfter(text, "\n")
	begin := -1
	for i, line := range lines {
		if strings.HasPrefix(line, "sources:") {
			begin = i
		}
	}
	if begin < 0 {
		if text != "" && !strings.HasSuffix(text, "\n") {
			text += "\n"
		}
		return text + "\nsources:\n" + drafts(sources, 2), nil
	}
	if rest, _, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(lines[begin], "sources:")), "#"); strings.TrimSpace(rest) != "" {
		return "", errors.New("its sources stand on one line, in { }: write them below one another first")
	}
	end, indent := begin+1, 0
	for i := begin + 1; i < len(lines); i++ {
		line := strings.TrimRight(lines[i], "\r\n")
		if topLevel.MatchString(line) || strings.HasPrefix(line, "---") || strings.HasPrefix(line, "...") {
			break
		}
		if body := strings.TrimLeft(line, " "); body != "" && (body[0] != '#' || len(body) < len(line)) {
			if indent == 0 && body[0] != '#' {
				indent = len(line) - len(body)
			}
			end = i + 1
		}
	}
	before, after := strings.Join(lines[:end], ""), strings.Join(lines[end:], "")
	if !strings.HasSuffix(before, "\n") {
		before += "\n"
	}
	return before + "\n" + drafts(sources, max(1, indent)) + after, nil
}

func drafts(sources []*Source, indent int) string {
	texts := make([]string, len(sources))
	for i, s := range sources {
		texts[i] = s.YAML(indent)
	}
	return strings.Join(texts, "\n")
}

// replace writes the file anew beside itself, has it read as a night would, and puts
// it in place.
func replace(path, text string, env func(string) (string, bool), catalog *models.Catalog) (err error) {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	out, err := os.CreateTemp(filepath.Dir(path), ".nightjar-*.yaml")
	if err != nil {
		return fmt.Errorf("writing the project file: %w", err)
	}
	defer os.Remove(out.Name())
	_, err = out.WriteString(text)
	if err = errors.Join(err, out.Chmod(info.Mode().Perm()), out.Sync(), out.Close()); err != nil {
		return fmt.Errorf("writing the project file: %w", err)
	}
	if _, err := config.Load(out.Name(), env, catalog); err != nil {
		return fmt.Errorf("what would be added makes no project, nothing was written: %s", strings.ReplaceAll(err.Error(), out.Name(), path))
	}
	return os.Rename(out.Name(), path)
}
