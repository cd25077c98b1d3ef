package connection

import (
	"net/url"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/web/console"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func galleryVisit() console.Visit {
	return console.Visit{
		Enterprise: sso.Enterprise{Key: "acme"},
		Connection: sso.Connection{
			ID:    "conn-1",
			Name:  "Employees",
			State: sso.ConnectionEnabled,
		},
	}
}

func galleryMoveTargets() []sso.Connection {
	return []sso.Connection{
		{ID: "conn-2", Name: "Entra ID"},
		{ID: "conn-3", Name: gallery.LongName},
		galleryVisit().Connection,
	}
}

func galleryMoves() []gallery.Example {
	refused := galleryOffer(url.Values{"to": {"conn-2"}, "by": {byClaim}})
	refused.Wrong = ui.Blame(&sso.Error{Public: "Another move to this connection is being prepared. " +
		"Wait until it is ready, or undo it."})
	return []gallery.Example{
		{Name: "ConnectionMove-form", Status: 200, Page: galleryOffer(nil)},
		{Name: "ConnectionMove-tried", Status: 200, Page: galleryTried("")},
		{Name: "ConnectionMove-found", Status: 200, Page: galleryTried("found")},
		{Name: "ConnectionMove-refused", Status: 422, Page: refused},
		{Name: "ConnectionMove-nowhere", Status: 200, Page: &connectionMovePage{
			Base:    ofConnection(true),
			Without: "There is no other enabled connection. Set up the new one, test it and enable it first.",
		}},
		{Name: "ConnectionMoved-collecting", Status: 200, Page: galleryMoved(sso.MoveCollecting, sso.MoveCounts{
			Waiting: 4500,
		})},
		{Name: "ConnectionMoved-ready", Status: 200, Page: galleryMoved(sso.MoveReady, sso.MoveCounts{
			Waiting:   1990,
			Used:      7,
			Held:      3,
			Unmatched: 7,
		})},
		{Name: "ConnectionMoved-done", Status: 200, Page: galleryMoved(sso.MoveReady, sso.MoveCounts{
			Used: 1997,
			Left: 3,
		})},
		{Name: "ConnectionMoved-undone", Status: 200, Page: galleryMoved(sso.MoveUndone, sso.MoveCounts{
			Waiting: 12,
			Left:    1985,
		})},
	}
}

func galleryOffer(form url.Values) *connectionMovePage {
	p := &connectionMovePage{
		Base:   ofConnection(true),
		Action: gallery.ConnectionPath + "/move",
		Fields: moveFields(galleryVisit(), galleryMoveTargets(), form),
	}
	started := galleryMove(sso.MoveUndone, sso.MoveCounts{
		Waiting: 12,
		Left:    1985,
	})
	p.Moves = []moveRow{{
		Title: moveTitle(started, galleryNames()),
		Href:  gallery.ConnectionPath + "/moves/move-1",
		State: moveState(started.State),
		Seen:  moveSeen(started.Counts),
		At:    gallery.Ago(72 * time.Hour),
	}}
	return p
}

func galleryTried(list string) *connectionMovePage {
	v := galleryVisit()
	request := connections.MoveRequest{
		From: "conn-1",
		To:   "conn-2",
		By:   sso.MoveByLogin,
	}
	p := galleryOffer(moveQuery(request))
	found := sso.MovePreview{
		Counts: sso.MoveCounts{
			Waiting:   1997,
			Held:      3,
			Unmatched: 7,
		},
		Held:    galleryDoubtful(),
		Matched: []sso.MoveEntry{{User: "user-1", Login: "bob@acme.example"}},
	}
	for _, x := range []struct {
		by     sso.MoveBy
		counts sso.MoveCounts
	}{
		{sso.MoveByLogin, found.Counts},
		{sso.MoveByEmail, sso.MoveCounts{
			Waiting:   1980,
			Held:      12,
			Unmatched: 15,
		}},
		{sso.MoveByExternalID, sso.MoveCounts{Unmatched: 2007}},
	} {
		request.By = x.by
		p.Attributes = append(p.Attributes, moveAttribute(v, request, x.counts))
	}
	p.markBest()
	request.By = sso.MoveByLogin
	p.tried(v, request, found, list, galleryMoveTargets())
	return p
}

func galleryDoubtful() []sso.MoveEntry {
	entry := func(login string, why sso.MoveReason, other sso.UserID) sso.MoveEntry {
		return sso.MoveEntry{
			User:  "user-1",
			Login: login,
			State: sso.MoveHeld,
			Why:   why,
			Other: other,
		}
	}
	return []sso.MoveEntry{
		entry("ada@acme.example", sso.MoveAdmin, ""),
		entry("bob@acme.example", sso.MoveAtTarget, "user-2"),
		entry(gallery.LongLogin, sso.MoveTwice, "user-3"),
	}
}

func galleryNames() map[sso.ConnectionID]string {
	return map[sso.ConnectionID]string{"conn-1": "Employees", "conn-2": "Entra ID"}
}

func galleryMove(state sso.MoveState, c sso.MoveCounts) sso.Move {
	return sso.Move{
		ID:        "move-1",
		From:      "conn-1",
		To:        "conn-2",
		By:        sso.MoveByLogin,
		State:     state,
		Counts:    c,
		CreatedAt: gallery.Now().Add(-4 * time.Minute),
	}
}

func galleryMoved(state sso.MoveState, c sso.MoveCounts) *connectionMovedPage {
	m := galleryMove(state, c)
	list := firstOfMove(c)
	p := movePage(galleryVisit(), m, galleryNames(), list, gallery.Now())
	p.Base = ofConnection(true)
	entries := []sso.MoveEntry{{
		User:  "user-1",
		Login: "bob@acme.example",
		State: list,
	}}
	if list == sso.MoveHeld {
		entries = galleryDoubtful()
	}
	for _, e := range entries {
		p.Rows = append(p.Rows, movedRowIn(galleryVisit(), m, e))
	}
	return p
}
