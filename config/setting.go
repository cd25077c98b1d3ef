package config

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"gatehouse/sso"
)

// Prefix is the prefix of all environment variables.
const Prefix = "GATEHOUSE_"

// Setting describes one setting.
type Setting struct {
	Name string // in the file, as a path: "session.idle"
	Env  string // "GATEHOUSE_SESSION_IDLE"
	Flag string // "session-idle"
	Help string // without a full stop
	// Type is the type of the value as --help shows it: string, duration, bool,
	// number, secret, url or networks.
	Type    string
	Default string // as it is written in the file; "" for none
	Secret  bool   // may also be read from a file, named by NAME_FILE (or --name-file)
	Bool    bool   // as a flag without a value it is true
	Number  bool   // a whole number
}

// Settings lists all settings, in the order of Config.
func Settings() []Setting {
	return settings(reflect.ValueOf(Default()), "", Prefix)
}

// settings lists the settings of defaults, a Config or one of its sections.
func settings(defaults reflect.Value, path, env string) []Setting {
	var all []Setting
	for i := range defaults.NumField() {
		f := defaults.Type().Field(i)
		name := f.Tag.Get("yaml")
		if prefix := f.Tag.Get("envPrefix"); prefix != "" {
			all = append(all, settings(defaults.Field(i), path+name+".", env+prefix)...)
			continue
		}
		all = append(all, Setting{
			Name:    path + name,
			Env:     env + f.Tag.Get("env"),
			Flag:    strings.NewReplacer("_", "-", ".", "-").Replace(path + name),
			Help:    f.Tag.Get("help"),
			Type:    typeName(f.Type),
			Default: defaultText(defaults.Field(i)),
			Secret:  f.Type == reflect.TypeFor[sso.Secret](),
			Bool:    f.Type.Kind() == reflect.Bool,
			Number:  f.Type.Kind() == reflect.Int,
		})
	}
	return all
}

func typeName(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[sso.Secret]():
		return "secret"
	case t == reflect.TypeFor[Address]():
		return "url"
	case t == reflect.TypeFor[time.Duration]():
		return "duration"
	case t.Kind() == reflect.Slice:
		return "networks"
	case t.Kind() == reflect.Bool:
		return "bool"
	case t.Kind() == reflect.Int:
		return "number"
	}
	return "string"
}

// defaultText returns a default as it is written in the file: 8h and not 8h0m0s.
func defaultText(v reflect.Value) string {
	if v.IsZero() {
		return ""
	}
	if d, ok := v.Interface().(time.Duration); ok {
		return durationText(d)
	}
	return fmt.Sprint(v.Interface())
}

// durationText formats a duration in the largest units that need no fraction and
// leaves out units that are zero: 8h, 1m30s, 90ms.
func durationText(d time.Duration) string {
	text := d.String()
	if d%time.Minute == 0 && d != 0 {
		text = strings.TrimSuffix(text, "0s")
	}
	if d%time.Hour == 0 && d != 0 {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// MayBeFile reports whether the setting can be read from a file: secrets, and
// addresses that may contain a password.
func (s Setting) MayBeFile() bool {
	return s.Secret ||
		s.Name == "database" ||
		s.Name == "redis"
}
