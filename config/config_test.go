package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const aKey = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	file := write(
		t, "gatehouse.yaml",
		"listen: :1111\nsession:\n  idle: 1h\n  max: 2h\ntrusted_proxies: [10.0.0.0/8, 192.168.0.0/16]\n",
	)
	c, problems := Load(Sources{
		File: file,
		Env: []string{
			"GATEHOUSE_SESSION_IDLE=30m", "GATEHOUSE_SESSION_MAX=90m", "PATH=/bin",
		},
		Flags: map[string]string{"session-max": "4h"},
	})
	if problems != nil {
		t.Fatal(problems)
	}
	if c.Listen != ":1111" ||
		c.Session.Idle != 30*time.Minute ||
		c.Session.Max != 4*time.Hour ||
		len(c.TrustedProxies) != 2 {
		t.Errorf("%+v", c)
	}
	if c.Database != "sqlite:./var/gatehouse.db" ||
		c.BaseURL != "http://localhost:1111" {
		t.Errorf("defaults: %s %s", c.Database, c.BaseURL)
	}
}

func TestEverySettingByEverySource(t *testing.T) {
	t.Parallel()
	text := map[string]string{
		"base_url":                            "https://sso.example.com",
		"listen":                              "127.0.0.1:9",
		"data_dir":                            "/data",
		"database":                            "postgres://u:p@db/x",
		"redis":                               "redis://r",
		"secret_key":                          aKey,
		"secret_key_previous":                 aKey,
		"trusted_proxies":                     "10.0.0.0/8",
		"allow_private_idp_addresses":         "true",
		"directory.login_url":                 "https://login.microsoftonline.us",
		"directory.graph_url":                 "https://graph.microsoft.us",
		"dns.resolver":                        "192.0.2.53:53",
		"smtp.addr":                           "localhost:25",
		"smtp.username":                       "u",
		"smtp.password":                       "p",
		"smtp.from":                           "sso@example.com",
		"smtp.tls":                            "none",
		"session.idle":                        "1m",
		"session.max":                         "2m",
		"session.cookie_name":                 "c",
		"session.cookie_domain":               "example.com",
		"log.level":                           "debug",
		"log.format":                          "json",
		"metrics.listen":                      ":9",
		"retention.attempts":                  "1h",
		"retention.provisioning":              "3h",
		"retention.sync":                      "2h",
		"shutdown_delay":                      "1s",
		"rate_limits.sign_in_per_address":     "1",
		"rate_limits.failures_per_address":    "2",
		"rate_limits.failures_per_connection": "3",
		"rate_limits.codes_per_recipient":     "4",
		"rate_limits.scim_per_connection":     "5",
		"rate_limits.tokens_per_address":      "7",
		"scim.max_resources":                  "6",
		"brand.product_name":                  "Northwind",
		"brand.logo":                          "/etc/logo.svg",
		"brand.logo_dark":                     "/etc/dark.png",
		"brand.color":                         "abcdef",
		"brand.accent":                        "abcdef",
		"brand.support":                       "help@northwind.example",
		"brand.privacy":                       "https://northwind.example/privacy",
		"brand.terms":                         "https://northwind.example/terms",
		"brand.mail_from_name":                "Northwind",
		"brand.mail_footer":                   "Northwind Ltd",
		"brand.language":                      "de",
		"brand.per_company":                   "true",
	}
	var environ []string
	flags := map[string]string{}
	tree := map[string]any{}
	for _, s := range Settings() {
		if text[s.Name] == "" {
			t.Fatalf("%s is in no test", s.Name)
		}
		if s.Help == "" {
			t.Errorf("%s has no help", s.Name)
		}
		environ = append(environ, s.Env+"="+text[s.Name])
		flags[s.Flag] = text[s.Name]
		section, key, nested := strings.Cut(s.Name, ".")
		if !nested {
			tree[s.Name] = text[s.Name]
			continue
		}
		if tree[section] == nil {
			tree[section] = map[string]any{}
		}
		tree[section].(map[string]any)[key] = text[s.Name]
	}
	var lines strings.Builder
	for key, v := range tree {
		if inner, ok := v.(map[string]any); ok {
			lines.WriteString(key + ":\n")
			for k, w := range inner {
				lines.WriteString("  " + k + ": " + w.(string) + "\n")
			}
			continue
		}
		lines.WriteString(key + ": " + v.(string) + "\n")
	}
	byEnv, p1 := Load(Sources{Env: environ})
	byFlag, p2 := Load(Sources{Flags: flags})
	byFile, p3 := Load(Sources{File: write(t, "all.yaml", lines.String())})
	if p1 != nil || p2 != nil || p3 != nil {
		t.Fatal(p1, p2, p3)
	}
	equal := cmp.Comparer(func(a, b Config) bool {
		x, _ := a.YAML()
		y, _ := b.YAML()
		return string(x) == string(y)
	})
	if !cmp.Equal(byEnv, byFlag, equal) || !cmp.Equal(byEnv, byFile, equal) {
		t.Errorf("the sources disagree:\n%+v\n%+v\n%+v", byEnv, byFlag, byFile)
	}
	if d := Default(); cmp.Equal(byEnv, d, equal) {
		t.Error("nothing was set")
	}
}

func TestLoadReportsAllProblems(t *testing.T) {
	t.Parallel()
	file := write(t, "bad.yaml", "listn: :1\nsession:\n  idle: soon\n  maximum: 3h\nlog: loud\nlisten: {a: b}\n")
	_, problems := Load(Sources{
		File: file,
		Env: []string{
			"GATEHOUSE_BASE_URL=http://sso.example.com/x",
			"GATEHOUSE_TRUSTED_PROXIES=everybody", "GATEHOUSE_DATABSE=x",
			"GATEHOUSE_SECRET_KEY_FILE=/nowhere",
			"GATEHOUSE_DATABASE=postgres://db/x",
		},
		Flags: map[string]string{
			"allow-private-idp-addresses": "perhaps",
			"log-level":                   "loud",
			"shutdown-delay":              "1h",
			"redis":                       "http://x",
		},
	})
	var got []string
	for _, p := range problems {
		got = append(got, strings.ReplaceAll(p.String(), file, "FILE"))
	}
	want := []string{
		`listen: is one value, not a section (FILE)`,
		`listn: there is no such setting (FILE)`,
		`log: is a section with settings of its own (FILE)`,
		`session.maximum: there is no such setting (FILE)`,
		`secret_key: the file cannot be read: no such file or directory (GATEHOUSE_SECRET_KEY_FILE)`,
		`GATEHOUSE_DATABSE: there is no such setting (environment)`,
		`trusted_proxies: is "everybody"; use networks such as 10.0.0.0/8, separated by commas (GATEHOUSE_TRUSTED_PROXIES)`,
		`allow_private_idp_addresses: is "perhaps"; use true or false (--allow-private-idp-addresses)`,
		`session.idle: is "soon"; use a duration such as 90s, 30m or 8h (FILE)`,
		`base_url: has more than a scheme and a host; Gatehouse needs a host of its own (GATEHOUSE_BASE_URL)`,
		`base_url: is plain http, which only localhost may be; put TLS in front and use https://sso.example.com (GATEHOUSE_BASE_URL)`,
		`redis: begins neither with redis:// nor with rediss:// (--redis)`,
		`shutdown_delay: is 1h0m0s; use 0s to 1m (--shutdown-delay)`,
		`log.level: is "loud"; use debug, info, warn, error (--log-level)`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	for setting, env := range map[string][]string{
		"base_url":            {"BASE_URL=sso.example.com"},
		"listen":              {"LISTEN=8080"},
		"metrics.listen":      {"METRICS_LISTEN=:port"},
		"database":            {"DATABASE=mysql://x"},
		"secret_key":          {"DATABASE=postgres://db/x"},
		"redis":               {"REDIS=redis://r"}, // with SQLite
		"secret_key_previous": {"SECRET_KEY_PREVIOUS=short"},
		"trusted_proxies":     {"TRUSTED_PROXIES=0.0.0.0/0"},
		"dns.resolver":        {"DNS_RESOLVER=dns.example:53"},
		"smtp.addr":           {"SMTP_ADDR=mail", "SMTP_FROM=a@x.example"},
		"smtp.from": {
			"SMTP_ADDR=mail:587", "SMTP_FROM=a@x.example\nBcc: b@x.example",
		},
		"smtp.password": {
			"SMTP_ADDR=mail:587", "SMTP_FROM=a@x.example", "SMTP_USERNAME=u",
		},
		"smtp.tls": {
			"SMTP_ADDR=mail:25", "SMTP_FROM=a@x.example", "SMTP_TLS=none",
		},
		"session.idle":        {"SESSION_IDLE=1s"},
		"session.max":         {"SESSION_MAX=1h", "SESSION_IDLE=2h"},
		"session.cookie_name": {"SESSION_COOKIE_NAME=a;b"},
		"session.cookie_domain": {
			"SESSION_COOKIE_DOMAIN=other.example",
			"BASE_URL=https://sso.example.com",
		},
		"log.format":             {"LOG_FORMAT=xml"},
		"retention.attempts":     {"RETENTION_ATTEMPTS=-1h"},
		"retention.provisioning": {"RETENTION_PROVISIONING=-1h"},
		"retention.sync":         {"RETENTION_SYNC=-1h"},

		"rate_limits.sign_in_per_address": {
			"RATE_LIMITS_SIGN_IN_PER_ADDRESS=-1",
		},
		"rate_limits.failures_per_address": {
			"RATE_LIMITS_FAILURES_PER_ADDRESS=many",
		},
		"rate_limits.tokens_per_address": {
			"RATE_LIMITS_TOKENS_PER_ADDRESS=-1",
		},
		"rate_limits.failures_per_connection": {
			"RATE_LIMITS_FAILURES_PER_CONNECTION=1000001",
		},
		"rate_limits.codes_per_recipient": {
			"RATE_LIMITS_CODES_PER_RECIPIENT=1.5",
		},
		"rate_limits.scim_per_connection": {
			"RATE_LIMITS_SCIM_PER_CONNECTION=1m",
		},
		"scim.max_resources": {"SCIM_MAX_RESOURCES=-1"},
	} {
		for i := range env {
			env[i] = Prefix + env[i]
		}
		_, problems := Load(Sources{Env: env})
		if len(problems) != 1 || problems[0].Setting != setting {
			t.Errorf("%v: %v", env, problems)
		}
	}
	good := []string{
		"BASE_URL=https://sso.example.com/", "SESSION_COOKIE_DOMAIN=example.com",
		"DATABASE=postgresql://db/x", "SECRET_KEY=" + aKey,
		"REDIS=rediss://u:p@r:6380/1", "LISTEN=",
	}
	for i := range good {
		good[i] = Prefix + good[i]
	}
	c, problems := Load(Sources{Env: good})
	if problems != nil ||
		c.BaseURL != "https://sso.example.com" ||
		!c.Secure() ||
		c.sqLite() ||
		c.Listen != ":8080" {
		t.Errorf("%v %+v", problems, c)
	}
}

func TestHostsInASCII(t *testing.T) {
	t.Parallel()
	set := func(pairs ...string) Sources {
		for i := range pairs {
			pairs[i] = Prefix + pairs[i]
		}
		return Sources{Env: pairs}
	}
	c, problems := Load(set(
		"BASE_URL=https://sso.BÜCHER.example/",
		"SESSION_COOKIE_DOMAIN=.bu\u0308cher.example",
		"SMTP_ADDR=post.bücher.example:587",
		"SMTP_FROM=sso@bücher.example",
		"DIRECTORY_LOGIN_URL=https://例え.テスト",
		"DIRECTORY_GRAPH_URL=https://graph.bücher.example:8443",
	))
	if problems != nil {
		t.Fatal(problems)
	}
	for got, want := range map[string]string{
		c.BaseURL:              "https://sso.xn--bcher-kva.example",
		c.Session.CookieDomain: ".xn--bcher-kva.example",
		c.SMTP.Addr:            "post.xn--bcher-kva.example:587",
		c.Directory.LoginURL:   "https://xn--r8jz45g.xn--zckzah",
		c.Directory.GraphURL:   "https://graph.xn--bcher-kva.example:8443",
	} {
		if got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
	for setting, bad := range map[string]string{
		"base_url":              "BASE_URL=https://аcme.example",
		"directory.login_url":   "DIRECTORY_LOGIN_URL=https://bücher\u200b.example",
		"directory.graph_url":   "DIRECTORY_GRAPH_URL=https://１２７.0.0.1",
		"session.cookie_domain": "SESSION_COOKIE_DOMAIN=-bücher.example",
	} {
		_, problems := Load(set(bad))
		if len(problems) != 1 ||
			problems[0].Setting != setting ||
			problems[0].Source == "" {
			t.Errorf("%s: %v", bad, problems)
		}
	}
}

func TestSecretsFromFiles(t *testing.T) {
	t.Parallel()
	c, problems := Load(Sources{
		Env: []string{
			"GATEHOUSE_SECRET_KEY_FILE=" + write(t, "key", aKey+"\n"),
			"GATEHOUSE_DATABASE_FILE=" +
				write(t, "db", "postgres://u:kanarie@db/x?sslpassword=kanarie"),
		},
		Flags: map[string]string{
			"redis-file":               write(t, "redis", "redis://:kanarie@r/0"),
			"secret-key-previous-file": write(t, "old", aKey),
		},
	})
	if problems != nil {
		t.Fatal(problems)
	}
	if c.SecretKey.Reveal() != aKey ||
		c.SecretKeyPrevious.Reveal() != aKey ||
		!strings.Contains(c.Database.Reveal(), "kanarie") ||
		!strings.Contains(c.Redis.Reveal(), "kanarie") {
		t.Error("not read")
	}
	out, err := c.YAML()
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{aKey, "kanarie"} {
		if strings.Contains(string(out), secret) {
			t.Errorf("shown:\n%s", out)
		}
	}
	if !strings.Contains(string(out), "postgres://u:xxxxx@db/x") ||
		!strings.Contains(string(out), "idle: 8h0m0s") {
		t.Errorf("\n%s", out)
	}
}

// TestAddressStringHidesPassword tests that String hides a password in every form of
// an address.
func TestAddressStringHidesPassword(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"sqlite:./var/gatehouse.db":                                    "sqlite:./var/gatehouse.db",
		"postgres://u:kanarie@db:5432/x?sslmode=require":               "postgres://u:xxxxx@db:5432/x?sslmode=require",
		"postgres://db/x?user=u&password=kanarie&sslmode=require":      "postgres://db/x?password=xxxxx&sslmode=require&user=u",
		"postgres://db/x?PassWord=kanarie":                             "postgres://db/x?PassWord=xxxxx",
		"postgres://db/x?sslpassword=kanarie&sslkey=%2Fkey":            "postgres://db/x?sslkey=xxxxx&sslpassword=xxxxx",
		"postgres://db/x?pass%77ord=kanarie":                           "postgres://db/x?password=xxxxx",
		"postgres://u:kan#arie@db/x":                                   "[redacted]",
		"postgres://u:kan/arie@db/x":                                   "[redacted]",
		"postgres://u:12?kanarie@db/x":                                 "[redacted]",
		"postgres://u:%zzkanarie@db/x":                                 "[redacted]",
		"host=db user=u password=kanarie":                              "[redacted]",
		"host=db user=u password='kan arie'":                           "[redacted]",
		"postgres:u:kanarie@db":                                        "[redacted]",
		"redis://:kanarie@r:6379/0":                                    "redis://:xxxxx@r:6379/0",
		"redis://kanarie@r:6379":                                       "redis://xxxxx@r:6379",
		"rediss://u:kanarie@r?master_name=m&sentinel_password=kanarie": "rediss://u:xxxxx@r?master_name=m&sentinel_password=xxxxx",
		"redis://r?username=u&token=kanarie":                           "redis://r?token=xxxxx&username=xxxxx",
	} {
		if got := Address(in).String(); got != want {
			t.Errorf("%s is shown as %s, want %s", in, got, want)
		}
	}
}

// TestBaseURLFollowsListen tests that the default base URL has the port of listen.
func TestBaseURLFollowsListen(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]string{
		":9090":        "http://localhost:9090",
		"127.0.0.1:81": "http://localhost:81",
		"[::1]:82":     "http://localhost:82",
		":0":           "http://localhost:8080",
	} {
		c, problems := Load(Sources{Env: []string{"GATEHOUSE_LISTEN=" + listen}})
		if problems != nil || c.BaseURL != want {
			t.Errorf(
				"listen %s: %s, want %s (%v)", listen, c.BaseURL, want, problems,
			)
		}
	}
	c, _ := Load(Sources{
		Env: []string{
			"GATEHOUSE_LISTEN=:9090", "GATEHOUSE_BASE_URL=https://sso.example.com",
		},
	})
	if c.BaseURL != "https://sso.example.com" {
		t.Error("a base URL that was given is replaced by", c.BaseURL)
	}
}

func TestPrintedSettingsLoad(t *testing.T) {
	t.Parallel()
	want, _ := Load(Sources{
		Env: []string{
			"GATEHOUSE_TRUSTED_PROXIES=10.0.0.0/8,fd00::/8",
			"GATEHOUSE_SESSION_IDLE=5m",
		},
	})
	out, err := want.YAML()
	if err != nil {
		t.Fatal(err)
	}
	got, problems := Load(Sources{File: write(t, "printed.yaml", string(out))})
	if problems != nil {
		t.Fatal(problems)
	}
	again, _ := got.YAML()
	if diff := cmp.Diff(string(out), string(again)); diff != "" {
		t.Error(diff)
	}
}

func TestBrokenFile(t *testing.T) {
	t.Parallel()
	_, problems := Load(Sources{File: write(t, "x.yaml", "listen: [1\n")})
	if len(problems) != 1 ||
		!strings.Contains(problems[0].String(), "is not valid YAML") {
		t.Error(problems)
	}
	_, problems = Load(Sources{File: "/nowhere/gatehouse.yaml"})
	if len(problems) != 1 ||
		!strings.Contains(problems[0].String(), "cannot be read: no such file") {
		t.Error(problems)
	}
}

func TestDirectoryOrigins(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"https://graph.microsoft.us":      true,
		"https://graph.microsoft.us/":     true,
		"http://127.0.0.1:8081":           true,
		"http://localhost:1":              true,
		"http://graph.microsoft.us":       false,
		"graph.microsoft.us":              false,
		"https://x@graph.microsoft.us":    false,
		"https://graph.microsoft.us/v1.0": false,
		"https://graph.microsoft.us?x":    false,
	} {
		for _, name := range []string{"DIRECTORY_LOGIN_URL", "DIRECTORY_GRAPH_URL"} {
			if _, problems := Load(Sources{
				Env: []string{Prefix + name + "=" + address},
			}); (problems == nil) != ok {
				t.Errorf("%s=%s: %v", name, address, problems)
			}
		}
	}
}
