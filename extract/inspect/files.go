package inspect

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"nightjar/extract/delivered"
	"nightjar/internal/config"
)

// expand finds the files that arguments name: paths, or globs that no shell
// expanded. Of archives it lists the members that members matches.
func expand(arguments []string, members string) ([]delivered.File, error) {
	var files []delivered.File
	for _, argument := range arguments {
		paths := []string{argument}
		if _, err := os.Stat(argument); err != nil {
			if paths, err = globbed(argument, err); err != nil {
				return nil, err
			}
		}
		for _, path := range paths {
			some, err := within(path, members)
			if err != nil {
				return nil, err
			}
			for _, f := range some {
				if !slices.Contains(files, f) {
					files = append(files, f)
				}
			}
		}
	}
	return files, nil
}

func globbed(pattern string, missing error) ([]string, error) {
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		return nil, fmt.Errorf("looking for the files: %w", missing)
	}
	return paths, nil
}

// within is a file, or the members of an archive.
func within(path, members string) ([]delivered.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("looking for the files: %w", err)
	}
	if info.IsDir() {
		return nil, &fs.PathError{Op: "inspect", Path: path, Err: fmt.Errorf("it is a folder: name files, such as %s", filepath.Join(path, "*.csv"))}
	}
	if !delivered.IsArchive(path) {
		return []delivered.File{{Path: path}}, nil
	}
	list, err := delivered.Members(path, members)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("reading %s: the archive holds no file of that name", path)
	}
	files := make([]delivered.File, len(list))
	for i, m := range list {
		files[i] = delivered.File{Path: path, Member: m.Name}
	}
	return files, nil
}

// patterns are the globs for `files:` that find the given files and no others,
// relative to the project's folder where that is possible.
func patterns(dir string, files []delivered.File, arguments []string) []string {
	var paths []string
	for _, f := range files {
		if !slices.Contains(paths, f.Path) {
			paths = append(paths, f.Path)
		}
	}
	for _, argument := range arguments {
		if strings.ContainsAny(argument, "*?[") && finds(argument, paths) {
			return []string{relative(dir, argument)}
		}
	}
	if len(paths) > 1 {
		for _, pattern := range common(paths) {
			if finds(pattern, paths) {
				return []string{relative(dir, pattern)}
			}
		}
	}
	list := make([]string, len(paths))
	for i, path := range paths {
		list[i] = relative(dir, config.Literally(path))
	}
	return list
}

func finds(pattern string, paths []string) bool {
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) != len(paths) {
		return false
	}
	clean := make([]string, len(paths))
	for i, path := range paths {
		clean[i] = filepath.Clean(path)
	}
	return !slices.ContainsFunc(found, func(path string) bool { return !slices.Contains(clean, filepath.Clean(path)) })
}

// common are patterns of what paths share at both ends, the wider first.
func common(paths []string) []string {
	prefix, suffix := paths[0], paths[0]
	for _, path := range paths[1:] {
		for !strings.HasPrefix(path, prefix) {
			prefix = prefix[:len(prefix)-1]
		}
		for !strings.HasSuffix(path, suffix) {
			suffix = suffix[1:]
		}
	}
	folder, base := filepath.Split(prefix)
	if strings.Contains(suffix, string(filepath.Separator)) {
		suffix = filepath.Base(suffix)
	}
	short := strings.TrimRight(base, "0123456789-")
	trimmed := strings.TrimLeft(suffix, "0123456789-_")
	return []string{config.Literally(folder+short) + "*" + config.Literally(trimmed), config.Literally(prefix) + "*" + config.Literally(suffix)}
}

// relative is a path as nightjar.yaml in a folder would name it.
func relative(dir, path string) string {
	from, err := filepath.Abs(dir)
	if err != nil {
		return path
	}
	to, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	rel, err := filepath.Rel(from, to)
	if err != nil {
		return filepath.ToSlash(to)
	}
	return filepath.ToSlash(rel)
}
