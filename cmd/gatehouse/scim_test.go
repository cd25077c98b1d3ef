package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/config"
	"gatehouse/sso"
	"gatehouse/store"
)

// company creates a company with a connection that provisions, and a group.
func (c *command) company(key string) {
	c.t.Helper()
	settings, problems := config.Load(config.Sources{Env: c.env})
	if len(problems) > 0 {
		c.t.Fatal(problems)
	}
	keys, err := keyring(settings)
	if err == nil {
		err = fill(c.t.Context(), settings, keys, key)
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

func fill(ctx context.Context, settings config.Config, keys store.Keyring, key string) error {
	db, err := openStore(ctx, settings, keys, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // it was written
	e, err := db.CreateEnterprise(ctx, sso.ActorOperator, sso.Enterprise{
		Key:  key,
		Name: "Acme",
	}, sso.Organization{
		Key:  "web",
		Name: "Web",
	})
	if err != nil {
		return err
	}
	organizations, _, err := db.Organizations(ctx, e.ID, sso.Page{})
	if err != nil {
		return err
	}
	if _, err := db.CreateGroup(ctx, sso.ActorOperator, e.ID, sso.Group{
		Organization: organizations[0].ID,
		Name:         "grp_all@acme.example",
	}); err != nil {
		return err
	}
	_, err = db.CreateConnection(ctx, sso.ActorOperator, sso.Connection{
		Enterprise: e.ID,
		Name:       "Entra",
		Protocol:   sso.OIDC,
		Provider:   sso.Entra,
		State:      sso.ConnectionEnabled,
		Live: &sso.Config{
			Version:      1,
			OIDC:         &sso.OIDCConfig{Issuer: "https://idp.example", ClientID: "x"},
			Mapping:      sso.Mapping{Login: []string{"sub"}},
			Provisioning: sso.ProvisionSCIM,
		},
	})
	return err
}

func TestSCIMDrift(t *testing.T) {
	t.Parallel()
	c := newCommand(t)
	c.must("scim", "drift") // of an empty database
	c.company("acme")
	if out := c.must("scim", "drift"); !strings.Contains(out, "acme, Entra (conn-") {
		t.Errorf("nothing differs: %s", out)
	}
	if out := c.must("scim", "expect", "GRP_all@acme.example", "269"); out != "grp_all@acme.example: 269 members expected\n" {
		t.Errorf("got %q", out)
	}
	status, out, stderr := c.run("scim", "drift", "--company", "acme")
	if status != 1 || stderr != "" || !strings.Contains(out, "! grp_all@acme.example: expected 269 (an admin’s number of ") ||
		!strings.Contains(out, "actual 0, missing 269 (269 never sent as a member)") ||
		!strings.Contains(out, "Press Restart provisioning in the Entra admin center.") {
		t.Errorf("exit %d: %s%s", status, out, stderr)
	}
	list := filepath.Join(c.dir, "members.csv")
	if err := os.WriteFile(list, []byte("displayName,userPrincipalName\nAda,ada@acme.example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.must("scim", "expect", "grp_all@acme.example", list)
	status, out, _ = c.run("scim", "drift", "--json")
	var all []struct {
		Differs bool
		Missing int
		Groups  []struct{ Reasons []struct{ Reason string } }
	}
	if err := json.Unmarshal([]byte(out), &all); err != nil || status != 1 || len(all) != 1 || !all[0].Differs ||
		all[0].Missing != 1 || all[0].Groups[0].Reasons[0].Reason != "not_provisioned" {
		t.Errorf("exit %d, %v: %s", status, err, out)
	}
	c.must("scim", "expect", "grp_all@acme.example", "-")
	c.must("scim", "drift")
}

func TestSCIMExitStatus(t *testing.T) {
	t.Parallel()
	c := newCommand(t)
	c.company("acme")
	for args, want := range map[string]int{
		"scim":                                  0,
		"scim drift --company nowhere":          3,
		"scim drift --connection conn-x":        3,
		"scim drift --log-level loud":           3,
		"scim drift extra":                      2,
		"scim drift --nothing":                  2,
		"scim expect grp":                       2,
		"scim expect grp /nowhere.csv":          1,
		"scim expect grp 3 --company nowhere":   1,
		"scim expect nothing - --company acme":  1,
		"scim expect grp 999999 --company acme": 1,
	} {
		if status, _, stderr := c.run(strings.Fields(args)...); status != want || status > 0 && stderr == "" {
			t.Errorf("gatehouse %s: exit %d, want %d: %s", args, status, want, stderr)
		}
	}
}
