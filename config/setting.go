package config

import (
	"reflect"
	"strings"

	"gatehouse/sso"
)

// Prefix begins the name of every environment variable.
const Prefix = "GATEHOUSE_"

// Setting is one value that can be set.
type Setting struct {
	Name   string // in the file, as a path: "session.idle"
	Env    string // "GATEHOUSE_SESSION_IDLE"
	Flag   string // "session-idle"
	Help   string // without a full stop
	Secret bool   // may also be given as a file, by the name with _FILE (or -file)
	Bool   bool   // a flag without a value means true
	Number bool   // a whole number
}

// Settings lists what can be set, in the order of Config.
func Settings() []Setting {
	return settings(reflect.TypeFor[Config](), "", Prefix)
}

func settings(t reflect.Type, path, env string) []Setting {
	var all []Setting
	for f := range fields(t) {
		name := f.Tag.Get("yaml")
		if prefix := f.Tag.Get("envPrefix"); prefix != "" {
			all = append(all, settings(f.Type, path+name+".", env+prefix)...)
			continue
		}
		all = append(all, Setting{
			Name: path + name, Env: env + f.Tag.Get("env"), Help: f.Tag.Get("help"),
			Flag:   strings.NewReplacer("_", "-", ".", "-").Replace(path + name),
			Secret: f.Type == reflect.TypeFor[sso.Secret](), Bool: f.Type.Kind() == reflect.Bool,
			Number: f.Type.Kind() == reflect.Int,
		})
	}
	return all
}

func fields(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

// MayBeFile reports whether the setting can be given as the name of a file that
// holds it: secrets, and addresses with a password in them.
func (s Setting) MayBeFile() bool { return s.Secret || s.Name == "database" || s.Name == "redis" }
