package connection_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

// TestTrustIsDecidedOnThePage: a change that a setup link asked for is shown to
// the admins with what it changes, and they approve or refuse what they saw.
func TestTrustIsDecidedOnThePage(t *testing.T) {
	f := newFixture(t)
	asked := func(clientID string) string {
		t.Helper()
		edit := func(c sso.Connection) (sso.Connection, error) {
			draft := *c.Live
			theirs := *draft.OIDC
			theirs.ClientID = clientID
			draft.Version, draft.OIDC = c.Live.Version+1, &theirs
			c.Draft = &draft
			c.Trust.Draft = &sso.TrustChange{
				Digest:  draft.TrustDigest(),
				Authors: []sso.Actor{"link-x"},
				AskedBy: "link-x",
				AskedAt: time.Now().UTC(),
			}
			return c, nil
		}
		c, err := f.db.UpdateConnection(
			t.Context(), "link-x", f.ent.ID, f.conn.ID, "connection.edited", edit,
		)
		f.ok(err)
		return c.Draft.TrustDigest()
	}
	digest := asked("theirs")
	f.says(
		200, "GET", f.home, nil, "The draft changes whom you trust",
		"waits for approval", "the holder of a setup link (link-x)", "theirs",
		"Approve this change", "Refuse this change", digest,
	)
	// What was looked at is what is approved.
	f.says(
		422, "POST", f.home+"/trust/approve", url.Values{"digest": {"another"}},
		"changed or withdrawn",
	)
	f.says(422, "POST", f.home+"/trust/approve", nil, "changed or withdrawn")
	f.says(
		303, "POST", f.home+"/trust/refuse", url.Values{"digest": {digest}},
		"?done=refused",
	)
	f.says(
		200, "GET", f.home+"?done=refused", nil, "The change is refused.",
		"An admin refused it.",
	)
	f.says(
		303, "POST", f.home+"/trust/approve", url.Values{"digest": {digest}},
		"?done=approved",
	)
	f.says(
		200, "GET", f.home+"?done=approved", nil, "The change is approved.",
		"Any further change of trust needs another approval.",
	)
	// Neither the holder of the link nor an admin of another company gets here.
	for _, who := range []string{"link", "gus"} {
		for _, path := range []string{"/trust/approve", "/trust/refuse"} {
			if code, _ := f.do(who, "POST", f.home+path, url.Values{"digest": {digest}}); code != 404 {
				t.Errorf("%s: %s answers %d", who, path, code)
			}
		}
	}
	second := asked("others")
	f.says(
		422, "POST", f.home+"/trust/approve", url.Values{"digest": {digest}},
		"changed or withdrawn",
	)
	_, body := f.do("olive", "GET", f.home, nil)
	if !strings.Contains(body, second) ||
		!strings.Contains(body, "waits for approval") {
		t.Error("another content is taken for approved")
	}
}

// TestTrustOfARollback: what waits is called a rollback, and no test is offered as
// a way: a test connection tries the draft.
func TestTrustOfARollback(t *testing.T) {
	f := newFixture(t)
	edit := func(c sso.Connection) (sso.Connection, error) {
		before := *c.Live
		theirs := *before.OIDC
		theirs.ClientID = "before"
		before.OIDC = &theirs
		c.Previous = &before
		c.Live.Version++
		c.Trust.Back = &sso.TrustChange{
			Digest:  before.TrustDigest(),
			Authors: []sso.Actor{"user-gus"},
			AskedBy: "user-gus",
			AskedAt: time.Now().UTC(),
		}
		return c, nil
	}
	c, err := f.db.UpdateConnection(
		t.Context(), "link-x", f.ent.ID, f.conn.ID, "connection.edited", edit,
	)
	f.ok(err)
	f.says(
		200, "GET", f.home, nil, "Rolling back changes whom you trust",
		"Rolling back was requested.",
		"The connection is not rolled back.",
		"Approve this change",
	)
	_, body := f.do("olive", "GET", f.home, nil)
	for _, words := range []string{"passed test connection", "stays in the draft"} {
		if strings.Contains(body, words) {
			t.Errorf("a rollback that waits says %q", words)
		}
	}
	f.says(
		303, "POST", f.home+"/trust/refuse",
		url.Values{"digest": {c.Previous.TrustDigest()}}, "?done=refused",
	)
	f.says(200, "GET", f.home, nil, "An admin refused it. Sign-in continues unchanged.")
}
