package connection_test

import (
	"net/url"
	"strings"
	"testing"

	"gatehouse/sso"
)

// secondConnection makes another enabled connection.
func (f *fixture) secondConnection() sso.ConnectionID {
	f.Helper()
	c, err := f.db.Connection(f.Context(), f.ent.ID, f.conn.ID)
	f.ok(err)
	c.ID, c.Name, c.State = "", "Entra ID", sso.ConnectionEnabled
	if c.Live == nil {
		c.Live = c.Draft
	}
	c, err = f.db.CreateConnection(f.Context(), sso.ActorOperator, c)
	f.ok(err)
	return c.ID
}

// TestMovePages tries a move, starts it, shows it again and undoes it. A try changes
// nothing, and a move is shown at its own connections only.
func TestMovePages(t *testing.T) {
	f := newFixture(t)
	at := f.home + "/move"
	f.says(200, "GET", at, nil, "People whom no connection knows")
	to := string(f.secondConnection())
	f.says(200, "GET", at, nil, "Entra ID", "Show what would happen")
	f.says(200, "GET", at+"?to="+to, nil, "Which value finds most", "e-mail address")
	f.says(200, "GET", at+"?to="+to+"&by=login", nil, "By login", "Not found (")
	f.says(200, "GET", at+"?to="+to+"&by=claim&claim=employee_number", nil, "By the claim employee_number")
	f.says(422, "GET", at+"?to="+to+"&by=name", nil, "Use login, email")
	f.says(422, "GET", at+"?to="+string(f.conn.ID)+"&by=login", nil, "Choose another connection")
	f.says(422, "GET", at+"?to=conn-x&by=login", nil, "no such connection here")
	f.says(422, "POST", at, url.Values{"to": {"conn-x"}, "by": {"login"}}, "no such connection here")
	f.says(422, "POST", at, url.Values{"to": {to}, "by": {"claim"}}, "Enter the name of the claim")
	f.says(422, "POST", at, url.Values{"to": {to}, "by": {"claim"}, "claim": {" "}}, "Enter the name of the claim")
	f.moves(0)
	f.says(303, "POST", at, url.Values{"to": {to}, "by": {"login"}}, "?done=started")
	id := string(f.moves(1)[0].ID)
	one := f.home + "/moves/" + id
	f.says(200, "GET", at, nil, id, "in effect")
	for _, state := range []string{"held", "waiting", "used", "unmatched", "there", "left", "<b>", ""} {
		f.says(200, "GET", one+"?state="+url.QueryEscape(state), nil, "have come", "Undo the move")
	}
	other := strings.Replace(one, string(f.conn.ID), to, 1)
	f.says(200, "GET", other, nil, "have come")
	f.says(404, "GET", f.home+"/moves/move-x", nil)
	third := strings.Replace(one, string(f.conn.ID), string(f.secondConnection()), 1)
	f.says(404, "GET", third, nil)
	f.says(404, "POST", third+"/undo", nil)
	f.says(404, "POST", one+"/people/user-x", url.Values{"answer": {"move"}})
	f.says(303, "POST", one+"/undo", nil, "?done=undone")
	f.says(422, "POST", one+"/undo", nil, "undone before")
	f.says(200, "GET", one, nil, "undone")
	for _, who := range []string{"gus", "link"} {
		if code, _ := f.do(who, "GET", at, nil); code != 404 {
			t.Errorf("%s sees the page: %d", who, code)
		}
	}
}

// moves returns the moves of the company, of which there are n.
func (f *fixture) moves(n int) []sso.Move {
	f.Helper()
	all, _, err := f.db.Moves(f.Context(), f.ent.ID, sso.Page{})
	f.ok(err)
	if len(all) != n {
		f.Fatalf("%d moves are started, not %d", len(all), n)
	}
	return all
}

// TestMoveDecisions decides about an admin of the company, whom no move moves by itself.
func TestMoveDecisions(t *testing.T) {
	f := newFixture(t)
	to := string(f.secondConnection())
	f.enter()
	f.ok(f.db.AddEnterpriseAdmin(t.Context(), sso.ActorOperator, f.ent.ID, f.ada.ID))
	at := f.home + "/move"
	f.says(200, "GET", at+"?to="+to+"&by=login", nil, "Doubtful (1)", "Administers the company", "ada")
	f.says(200, "GET", at+"?to="+to+"&by=login&list=found", nil, "Found (0)", "No one.")
	f.says(303, "POST", at, url.Values{"to": {to}, "by": {"login"}}, "?done=started")
	one := f.home + "/moves/" + string(f.moves(1)[0].ID)
	f.says(200, "GET", one, nil, "Administers the company", "Do not move")
	decide := one + "/people/" + string(f.ada.ID)
	f.says(422, "POST", decide, url.Values{"answer": {"perhaps"}}, "Answer move or leave")
	f.says(303, "POST", decide, url.Values{"answer": {"move"}}, "?done=decided")
	f.says(200, "GET", one, nil, "0 of 1 have come", "Expected (1)")
	f.says(422, "POST", decide, url.Values{"answer": {"leave"}}, "does not wait for a decision")
	f.says(303, "POST", one+"/undo", nil, "?done=undone")
	f.says(200, "GET", one, nil, "Had not come (1)")
}
