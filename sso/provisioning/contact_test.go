package provisioning_test

import (
	"log/slog"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/provisioning"
)

// TestContacts: requests are recorded by whether they had a token of the connection,
// one that ended included; what strangers send is bounded.
func TestContacts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		contacts := provisioning.NewContacts(f.db, slog.New(slog.DiscardHandler), f.clock.Now)
		s := f.service()
		s.Contacts = contacts
		k, bearer := f.create(f.conn, "entra-1")
		ask := func(conn sso.ConnectionID, bearer, endpoint string) {
			call, err := s.Admit(f.Context(), provisioning.Request{
				Connection: conn,
				Bearer:     bearer,
				Method:     "GET",
				Endpoint:   endpoint,
				Client:     "Azure AD",
				Remote:     "192.0.2.1",
			})
			if err == nil {
				s.Finish(f.Context(), call, nil)
			}
			f.clock.Move(time.Second)
		}
		_, elsewhere := f.create(f.other, "okta-1")
		ask(f.conn.ID, elsewhere, "/Schemas")
		ask(f.conn.ID, bearer, "/Users")
		f.ok(f.Revoke(f.Context(), admin, f.ent.ID, f.conn.ID, k.ID))
		ask(f.conn.ID, bearer, "/Groups")
		for range 2000 {
			ask(sso.NewID[sso.ConnectionID](f.clock.Now()), "", "/Users")
		}
		ask("conn-x", "", "/Users")
		contacts.Flush(f.Context())
		reach, err := f.db.ProvisioningReach(f.Context(), f.ent.ID, f.conn.ID)
		f.ok(err)
		known, unknown := reach.Known, reach.Unknown
		if known.First.Request != "GET /Users" || known.First.Status != 200 ||
			known.Last.Request != "GET /Groups" || known.Last.Status != 401 ||
			known.Last.Remote != "192.0.2.1" || known.Last.Client != "Azure AD" {
			f.Errorf("with a token: %+v", known)
		}
		if unknown.First.Request != "GET /Schemas" || unknown.Last != unknown.First || unknown.Last.Status != 401 {
			f.Errorf("without: %+v", unknown)
		}
	})
}
