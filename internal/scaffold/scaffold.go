// Package scaffold writes a new project that runs as it stands.
package scaffold

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"nightjar/internal/exitcode"
)

//go:embed all:template
var template embed.FS

// Write puts the project into dir, which is made if absent, and returns the
// files' paths. It overwrites nothing: when one of them is there already, none
// is written.
func Write(dir string) ([]string, error) {
	texts := map[string][]byte{}
	var paths []string
	err := fs.WalkDir(template, "template", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		target := filepath.Join(dir, filepath.FromSlash(strings.TrimPrefix(path, "template/")))
		if _, err := os.Lstat(target); !errors.Is(err, fs.ErrNotExist) {
			return exitcode.With(exitcode.Usage, fmt.Errorf("beginning a project in %s: %s is there already: choose another folder", dir, target))
		}
		paths = append(paths, target)
		texts[target], err = template.ReadFile(path)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		if err := write(path, texts[path]); err != nil {
			return nil, fmt.Errorf("beginning a project in %s: %w", dir, err)
		}
	}
	return paths, nil
}

func write(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Close())
}
