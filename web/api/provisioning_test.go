package api

import (
	"testing"
	"time"

	"gatehouse/sso"
)

// provisioned creates a token of a name, with a group, an event and a refusal.
func (f *fixture) provisioned(w world, name string) {
	f.Helper()
	ent, conn := sso.EnterpriseID(w["enterprise"]), sso.ConnectionID(w["connection"])
	k, err := f.db.CreateProvisioningToken(f.Context(), sso.ActorOperator, sso.ProvisioningToken{
		Enterprise: ent,
		Connection: conn,
		Name:       name,
		Hash:       sso.SCIMToken.New().Hash(),
		Scopes:     []sso.ProvisioningScope{sso.ScopeSCIM},
	})
	f.ok(err)
	w["scim_token"] = string(k.ID)
	_, _, err = f.db.CreateProvisionedGroup(f.Context(), sso.Push{
		Enterprise: ent,
		Connection: conn,
		Token:      k.ID,
	}, sso.ProvisionedGroup{
		DisplayName: name,
		Document:    []byte(`{"displayName":"x"}`),
	}, sso.MemberChange{})
	f.ok(err)
	u, err := f.db.CreateProvisionedUser(f.Context(), sso.Push{
		Enterprise: ent,
		Connection: conn,
		Token:      k.ID,
	}, sso.ProvisionedUser{
		UserName: name,
		Document: []byte(`{"userName":"x"}`),
	})
	f.ok(err)
	w["resource"] = string(u.ID)
	f.pushed(w, func(e *sso.ProvisioningEvent) {
		e.Name = name
		e.Status = 403
		e.Code = "scim_scope_missing"
		e.Detail = "Token lacks a scope."
	})
}

// pushed records a request of the identity provider of a company.
func (f *fixture) pushed(w world, change func(*sso.ProvisioningEvent)) {
	f.Helper()
	now := time.Now()
	e := sso.ProvisioningEvent{
		ID:         sso.NewID[sso.ProvisioningEventID](now),
		Enterprise: sso.EnterpriseID(w["enterprise"]),
		Connection: sso.ConnectionID(w["connection"]),
		At:         now,
		Token:      sso.ProvisioningTokenID(w["scim_token"]),
		Client:     "Azure",
		Method:     "PATCH",
		Kind:       sso.ScopeGroupsWrite,
		Name:       "grp_all",
		Status:     200,
		Took:       4 * time.Millisecond,
	}
	change(&e)
	f.ok(f.db.RecordProvisioning(f.Context(), []sso.ProvisioningEvent{e}))
}

func TestProvisioningEvents(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		since := time.Now().Add(-time.Minute).UTC().Format(time.RFC3339Nano)
		f.pushed(f.acme, func(e *sso.ProvisioningEvent) { e.Changed, e.Effects.Added = true, 3 })
		f.pushed(f.other, func(e *sso.ProvisioningEvent) { e.Changed = true })
		const mine = connectionPath + "/provisioning/events"
		const ours = enterprisePath + "/provisioning-events"
		for query, want := range map[string]int{
			mine:                   2,
			mine + "?refused=true": 1,
			ours:                   2,
			ours + "?connection=" + f.acme["connection"]:  2,
			ours + "?connection=" + f.other["connection"]: 0,
			ours + "?actor=" + f.acme["scim_token"]:       2,
			ours + "?actor=" + f.other["scim_token"]:      0,
			ours + "?name=GRP_all&since=" + since:         1,
			ours + "?since=2099-01-01T00:00:00Z":          0,
			ours + "?limit=1":                             1,
			mine + "?resource=" + f.acme["user"]:          0,
		} {
			got := f.do("GET", f.acme.in(query), nil)
			if f.wants(got, 200, ""); len(got.items()) != want {
				t.Errorf("%s: %d events, want %d", query, len(got.items()), want)
			}
		}
		newest := f.do("GET", f.acme.in(mine), nil).items()
		changed, refused := newest[0].(map[string]any), newest[1].(map[string]any)
		if refused["code"] != "scim_scope_missing" || refused["changed"] != false || refused["members"] != nil ||
			changed["code"] != nil || changed["members"].(map[string]any)["added"] != 3.0 {
			t.Errorf("got %v and %v", refused, changed)
		}
	})
}

func TestProvisioningRefusals(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		refuse := func(e *sso.ProvisioningEvent) {
			e.Name = "ENTRA"
			e.Status = 403
			e.Code = "scim_scope_missing"
			e.Detail = "Token still lacks a scope."
		}
		f.pushed(f.acme, refuse)
		f.pushed(f.other, refuse)
		refused := f.only("/provisioning/refusals?open=true")
		if refused["count"] != 2.0 || refused["healed_at"] != nil || refused["name"] != "ENTRA" ||
			refused["kind"] != "groups:write" || refused["actor"] != f.acme["scim_token"] {
			t.Errorf("got %v", refused)
		}
		group := f.only("/provisioning/groups")
		if group["name"] != "entra" || group["refusals"] != 2.0 || group["listed"] != nil ||
			group["refusal"] != "Token still lacks a scope." {
			t.Errorf("got %v", group)
		}
		f.pushed(f.acme, func(e *sso.ProvisioningEvent) {
			e.Name = "entra"
			e.Changed = true
			e.Effects.Listed = true
			e.Resource = sso.ResourceID(group["id"].(string))
		})
		path := connectionPath + "/provisioning/refusals"
		if open := f.do("GET", f.acme.in(path+"?open=true"), nil); len(open.items()) != 0 {
			t.Errorf("open are %s", open.Body)
		}
		if healed := f.only("/provisioning/refusals"); healed["healed_at"] == nil {
			t.Errorf("got %v", healed)
		}
		group = f.only("/provisioning/groups")
		if group["refusals"] != 0.0 || group["listed"] != 0.0 || group["listed_at"] == nil {
			t.Errorf("got %v", group)
		}
	})
}

// only returns the only item of a list of the connection.
func (f *fixture) only(list string) map[string]any {
	f.Helper()
	got := f.do("GET", f.acme.in(connectionPath+list), nil)
	if f.wants(got, 200, ""); len(got.items()) != 1 {
		f.Fatalf("%s: %s", list, got.Body)
	}
	return got.items()[0].(map[string]any)
}

func TestProvisioningOfOthers(t *testing.T) {
	each(t, func(_ *testing.T, f *fixture) {
		foreign := f.acme.in(enterprisePath) + "/connections/" + f.other["connection"]
		for _, list := range []string{
			"/provisioning/events", "/provisioning/refusals", "/provisioning/groups", "/provisioning/users",
			"/scim-tokens",
		} {
			f.wants(f.do("GET", foreign+list, nil), 404, "not_found")
		}
	})
}

// TestProvisioningReceipts: an event names the users that it deactivated.
func TestProvisioningReceipts(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		c := f.scimConnection()
		push := sso.Push{
			Enterprise: c.Enterprise,
			Connection: c.ID,
			Event:      sso.NewID[sso.ProvisioningEventID](time.Now()),
		}
		u, err := f.db.CreateProvisionedUser(t.Context(), push, sso.ProvisionedUser{
			UserName: "grace@acme.test",
			Active:   true,
			Document: []byte(`{"userName":"grace@acme.test","active":true}`),
		})
		f.ok(err)
		push.Event = sso.NewID[sso.ProvisioningEventID](time.Now())
		_, _, err = f.db.ChangeProvisionedUser(
			t.Context(), push, u.ID, func(u sso.ProvisionedUser) (sso.ProvisionedUser, error) {
				u.Active = false
				u.Document = []byte(`{"userName":"grace@acme.test","active":false}`)
				return u, nil
			},
		)
		f.ok(err)
		f.pushed(f.acme, func(e *sso.ProvisioningEvent) {
			e.ID = push.Event
			e.Connection = c.ID
			e.Changed = true
		})
		f.ok(f.db.ConfirmDepartures(t.Context(), "gw-1:8080", []sso.Departure{{
			Enterprise: c.Enterprise,
			ReceiptID: sso.ReceiptID{
				Event: push.Event,
				User:  u.Account,
			},
		}}))
		got := f.do("GET", f.acme.in(enterprisePath+"/provisioning-events?connection="+string(c.ID)), nil)
		f.wants(got, 200, "")
		ended := got.items()[0].(map[string]any)["deprovisioned"].([]any)
		who := ended[0].(map[string]any)
		if len(ended) != 1 || who["user"] != string(u.Account) || who["login"] != "grace@acme.test" ||
			who["deleted"] != false || who["sessions"] != 0.0 || who["sign_ins"] != 0.0 || who["admin"] != false ||
			who["nodes"].([]any)[0].(map[string]any)["node"] != "gw-1:8080" {
			t.Errorf("got %s", got.Body)
		}
	})
}

// scimConnection makes an enabled connection of acme that provisions by SCIM.
func (f *fixture) scimConnection(changes ...func(*sso.Config)) sso.Connection {
	f.Helper()
	c, err := f.db.Connection(
		f.Context(), sso.EnterpriseID(f.acme["enterprise"]), sso.ConnectionID(f.acme["connection"]),
	)
	f.ok(err)
	live := *c.Live
	live.Provisioning = sso.ProvisionSCIM
	for _, change := range changes {
		change(&live)
	}
	c, err = f.db.CreateConnection(f.Context(), sso.ActorOperator, sso.Connection{
		Enterprise: c.Enterprise,
		Name:       "SCIM",
		Protocol:   c.Protocol,
		Provider:   c.Provider,
		State:      sso.ConnectionEnabled,
		Live:       &live,
	})
	f.ok(err)
	return c
}
