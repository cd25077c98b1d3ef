package connections_test

import (
	"reflect"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/connections"
)

// Every field of a configuration is compared: one that is added later and
// forgotten here would be enabled without being shown.
func TestEveryFieldIsCompared(t *testing.T) {
	t.Parallel()
	full := func() *sso.Config {
		return &sso.Config{
			SAML:      &sso.SAMLConfig{SLO: &sso.Endpoint{URL: "https://a"}},
			OIDC:      &sso.OIDCConfig{},
			Directory: &sso.Directory{},
			Mapping:   sso.Mapping{GroupsRewrite: &sso.Rewrite{}},
		}
	}
	var walk func(v reflect.Value, path string, cfg *sso.Config)
	walk = func(v reflect.Value, path string, cfg *sso.Config) {
		switch {
		// counted by us; follows the address; recorded by us
		case path == ".Version", path ==
			".SAML.SLO.Binding", path == ".SAML.ReplacedAt",
			path == ".OIDC.ReplacedAt", // recorded by us
			path == ".GroupSync.Kept",
			path == ".GroupSync.DefaultGroups": // filled in when they are used
		case v.Kind() == reflect.Pointer:
			walk(v.Elem(), path, cfg)
		case v.Kind() == reflect.Struct:
			for i := range v.NumField() {
				walk(v.Field(i), path+"."+v.Type().Field(i).Name, cfg)
			}
		default:
			before := reflect.New(v.Type()).Elem()
			before.Set(v)
			switch v.Kind() {
			case reflect.String:
				v.SetString(v.String() + "canary")
			case reflect.Bool:
				v.SetBool(true)
			case reflect.Int:
				v.SetInt(7)
			case reflect.Map:
				v.Set(reflect.ValueOf(map[string][]string{"department": {"canary"}}))
			case reflect.Slice:
				v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			default:
				t.Fatalf("%s is a %s", path, v.Kind())
			}
			got := connections.Differences(full(), cfg)
			if len(got) != 1 {
				t.Errorf("%s: %d differences %v, want 1", path, len(got), got)
			}
			for _, d := range got {
				if strings.Contains(path, "Secret") &&
					(!d.Secret || d.Before != "" || d.After != "") {
					t.Errorf("%s is told: %+v", path, d)
				}
			}
			v.Set(before)
		}
	}
	cfg := full()
	walk(reflect.ValueOf(cfg), "", cfg)
	if got := connections.Differences(full(), cfg); len(got) != 0 {
		t.Errorf("nothing changed, and %v differs", got)
	}
}

func TestDifferencesOfLists(t *testing.T) {
	t.Parallel()
	a := &sso.Config{Mapping: sso.Mapping{Login: []string{"mail", "upn"}}}
	for name, tt := range map[string]struct {
		to   []string
		want connections.Difference
	}{
		"more": {
			[]string{"mail", "upn", "x"},
			connections.Difference{Field: "mapping.login", New: []string{"x"}},
		},
		"another": {
			[]string{"mail", "x"},
			connections.Difference{
				Field: "mapping.login",
				Gone:  []string{"upn"},
				New:   []string{"x"},
			},
		},
		"another order": {
			[]string{"upn", "mail"},
			connections.Difference{
				Field:  "mapping.login",
				Before: "mail, upn",
				After:  "upn, mail",
			},
		},
	} {
		got := connections.Differences(a, &sso.Config{
			Mapping: sso.Mapping{Login: tt.to},
		})
		if len(got) != 1 {
			t.Fatalf("%s: %v", name, got)
		}
		if len(got[0].Gone) == 0 {
			got[0].Gone = nil
		}
		if len(got[0].New) == 0 {
			got[0].New = nil
		}
		if !reflect.DeepEqual(got[0], tt.want) {
			t.Errorf("%s: %+v, want %+v", name, got[0], tt.want)
		}
	}
}

func TestLocksOut(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		reach sso.ConnectionReach
		says  string // "" for nothing
	}{
		"the only one": {
			sso.ConnectionReach{
				State:     sso.ConnectionEnabled,
				Active:    3,
				Exclusive: 3,
				Logins:    []string{"ada", "bob", "cy"},
			},
			"3 active people (ada, bob, cy).",
		},
		"no one used it yet": {
			sso.ConnectionReach{
				State:  sso.ConnectionEnabled,
				Active: 1,
			},
			"1 active person.",
		},
		"more than are named": {
			sso.ConnectionReach{
				State:     sso.ConnectionEnabled,
				Active:    9,
				Exclusive: 2,
				Logins:    []string{"ada", "bob"},
			},
			"(ada, bob and others)",
		},
		"one of two": {
			sso.ConnectionReach{
				State:     sso.ConnectionEnabled,
				Active:    3,
				Exclusive: 3,
				Others:    1,
			},
			"",
		},
		"disabled": {
			sso.ConnectionReach{
				State:     sso.ConnectionDisabled,
				Active:    3,
				Exclusive: 3,
			},
			"",
		},
		"a draft": {
			sso.ConnectionReach{
				State:  sso.ConnectionDraft,
				Active: 3,
			},
			"",
		},
		"enforced, no one yet": {
			sso.ConnectionReach{
				State:    sso.ConnectionEnabled,
				Enforced: true,
			},
			"stop enforcing",
		},
		"enforced, disabled": {
			sso.ConnectionReach{
				State:    sso.ConnectionDisabled,
				Enforced: true,
			},
			"stop enforcing",
		},
		"enforced, in use": {
			sso.ConnectionReach{
				State:    sso.ConnectionEnabled,
				Enforced: true,
				Active:   3,
			},
			"stop enforcing",
		},
		"enforced, one of two": {
			sso.ConnectionReach{
				State:    sso.ConnectionDisabled,
				Enforced: true,
				Active:   3,
				Others:   1,
			},
			"",
		},
		"enforced, a draft": {
			sso.ConnectionReach{
				State:    sso.ConnectionDraft,
				Enforced: true,
			},
			"",
		},
		"no one there": {sso.ConnectionReach{State: sso.ConnectionEnabled}, ""},
	} {
		err := connections.LocksOut(tt.reach)
		if (err != nil) != (tt.says != "") ||
			err != nil &&
				(sso.CodeOf(err) != "would_lock_out" ||
					!strings.Contains(err.Error(), tt.says)) {
			t.Errorf("%s: %v, want %q", name, err, tt.says)
		}
	}
}
