package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// file is the translations of one language.
type file struct {
	path, name string
	data       []byte
	values     map[string]jsontext.Value
	keys       []string // without the header
}

func readFiles(root string) (files []*file, err error) {
	paths, err := filepath.Glob(filepath.Join(root, "internal", "words", "lang", "*.json"))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		f := &file{path: path, name: filepath.Base(path)}
		if f.data, err = os.ReadFile(path); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(f.data, &f.values); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		f.keys = slices.Sorted(maps.Keys(f.values))
		f.keys = slices.DeleteFunc(f.keys, func(key string) bool { return key == "@" })
		files = append(files, f)
	}
	return files, nil
}

// has reports whether a text is translated. One that was only added is not.
func (f *file) has(text string) bool {
	v, ok := f.values[text]
	return ok && !bytes.Contains(v, []byte(`""`))
}

// add writes the texts that the file lacks to its end, without translation.
func (f *file) add(found *texts) error {
	data := bytes.TrimSuffix(bytes.TrimSpace(f.data), []byte("}"))
	for _, text := range found.needed {
		if _, ok := f.values[text]; ok {
			continue
		}
		value := jsontext.Value(`""`)
		if found.plural[text] {
			value = jsontext.Value(`{"one": "", "other": ""}`)
		}
		key, err := jsontext.AppendQuote(nil, text)
		if err != nil {
			return fmt.Errorf("%q: %w", text, err)
		}
		data = fmt.Appendf(bytes.TrimSpace(data), ",\n  %s: %s\n", key, value)
		f.values[text] = value
	}
	f.data = append(data, "}\n"...)
	return os.WriteFile(f.path, f.data, 0o644)
}
